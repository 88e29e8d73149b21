// Command node is Monolith: it reads settings, builds the services, runs them
// until a signal or a failure, and has the subcommands that work on a stopped
// node's data. node.go is the table of contents; it is the only place that
// knows all services.
//
// # From a transaction to the disk
//
// A wallet posts eth_sendRawTransaction to port 8545.
//
//  1. rpc: go-ethereum's server decodes the call; the handler in rpc decodes the
//     transaction, checks fee cap and replay protection and hands it to the pool.
//  2. shared/txpool: the sender is recovered, once in the transaction's life, and
//     kept in the transaction. It is checked against the head's state, journalled,
//     pooled, and announced.
//  3. miner: the main loop hears of it, builds a new payload on the head (system
//     calls, transactions by price, the reward as a withdrawal) and gives it to
//     the sealing threads, which try nonces in the header's extra data. Each
//     second the time stamp is refreshed, and the target with it.
//  4. shared/pow: a nonce is found whose block hash is not above the target.
//  5. shared/chain: the block is checked but, since the miner has executed it, not
//     executed again. Block, receipts and cumulative work are written, then the
//     state as a new layer, then the head. The head is announced.
//  6. db: LevelDB has the batch in its log before the write returns, so killing
//     the process loses nothing that was announced. Later the state reaches the
//     disk from its layers, and blocks far below the head move to the freezer.
//  7. The pool drops the transaction, the miner starts over on the new head, sync
//     announces the block to the peers, and rpc tells subscribers and answers
//     eth_getTransactionReceipt.
//
// # From a peer to the disk
//
// Another node has mined that block.
//
//  1. p2p: gossip delivers an announcement: the header, and a short id for each
//     transaction. Its size and its sender's rate are within their limits.
//  2. sync: the header is checked against its parent, shared/pow's proof and target
//     above all, which takes microseconds. A valid announcement goes on to the
//     other peers at once; an invalid one costs its sender a ban.
//  3. sync: the block is put together from the pool's transactions, whose senders
//     are known. What is missing comes from the peer that sent the announcement.
//  4. shared/chain: the block extends the head and is executed; or it is on
//     another branch, is stored, and executed when that branch has more work. The
//     head moves and is announced, as above.
//  5. If the parent is unknown, or a peer's status claims more work than the head
//     has, sync's downloader asks for headers, checks all of them, and only if they
//     show more work for the blocks, from several peers at once.
//
// # Life of the process
//
// main builds the services in dependency order, each by a register function that
// fetches what it needs from the registry; an error there closes what is open and
// ends the process. The registry starts them in the same order. The first SIGINT
// or SIGTERM stops them in reverse and exits 0; a second one exits at once; a
// service that fails for good stops everything in order and exits 1, the last log
// line saying why. Bad input is told in one line per fault before anything is
// opened.
package main
