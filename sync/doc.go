// Package sync is what this node and its peers say to each other about the chain:
// who is on which network and at which block, new blocks and transactions, and
// everything that a node asks for which has missed some of them. (Import it as
// chainsync, beside the standard library's sync.)
//
// # A block on its way
//
//  1. The miner's block comes in through Announce. It is published as a compact
//     block: the header, and for each transaction six bytes by which the receivers
//     find it in their pools. Transactions that they cannot have are sent along.
//  2. A receiver checks the header with its proof and target against the parent's,
//     and everything else that needs no transactions. If all is well it forwards the
//     announcement at once, before it has the block.
//  3. It rebuilds the block from its pool and asks the peer that the announcement
//     came from for what is missing; that peer answers as soon as it has rebuilt the
//     block itself. If the result does not match the header, all transactions are
//     asked for, there and then elsewhere. The block goes to the chain, which
//     executes it.
//  4. An announcement whose parent is unknown waits, not forwarded, while its sender
//     is asked for its status; if that shows more work than we have, we sync. A
//     block from the future is given to the chain to hold and not forwarded; when it
//     becomes the head, the peers are told by status.
//
// Transactions that become executable in the pool are published in batches. One
// that came by gossip is forwarded by gossipsub, not published again. Since gossip
// loses messages, pools are compared on connection and every minute, and heads
// every ten seconds. After a reorg the transactions of the branch that was left are
// published once more.
//
// # Catching up
//
// Each pair of peers begins with an exchange of status messages; nodes that are not
// on one network part, both with a reason in their logs. Whenever a peer claims more
// work than we have, and gossip is not just about to bring it, the follow loop has
// package download sync from the peer that claims most. Claims are cheap, so they
// decide nothing else: this node counts as synced, mines and serves, until headers
// with their proofs have shown a chain far ahead. A peer from which a sync fails is
// left alone for a while and the next one is tried.
//
// # Who is blamed
//
// A peer answers for what it could have checked. Headers that break a rule, whoever
// forwards them; a stored block that proves invalid, for serving it says that it was
// executed; a list of transactions for a block that they do not belong to; malformed
// messages; transactions that no state could make valid; more of them than an honest
// node sends. It does not answer for a forwarded block that proves invalid only in
// execution or does not match the short ids, nor for what other settings or another
// head explain.
//
// # Goroutines and neighbours
//
// Six loops run from Start to Stop: one takes note of the chain's events and one of
// the pool's, which both wait for their listeners; one looks after the peers, one
// sends transactions, one follows the heaviest chain, one compares pools. Short-lived
// goroutines ask a peer for its status and bring in an announced block. Stop waits
// for all of them. Below are shared/chain, shared/txpool and p2p, above are the miner
// (Announce, Synced) and rpc (Progress, Peers).
package sync
