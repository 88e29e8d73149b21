// Package txpool owns the transactions that wait for a block.
//
// It runs go-ethereum's transaction pool (nonce order, price order, replacement
// rules, limits per account and in all) with limits that suit a private network,
// and adds what such a network needs:
//
//   - Transactions that came over this node's own RPC are local: they are written
//     to a journal before they are acknowledged and are back in the pool when the
//     node has started again, after a kill -9 too.
//   - Blob transactions are refused with an error that says why: the network has
//     no data availability layer (design, section 4).
//   - After a reorg the transactions of the branch that was left are pooled again,
//     however long the branches are: go-ethereum gives up when the heads between
//     which it steps are more than 64 blocks apart in height.
//
// A transaction's sender is recovered once. The pool caches it in the transaction
// it was given, and hands the very same transaction to the miner and, through
// Get, to whoever receives a block that contains it.
//
// Goroutines are go-ethereum's own, for the pool's maintenance and the journal's,
// and the one that follows reorgs; Stop ends and waits for them. The neighbours are
// shared/chain below, rpc, miner and sync above.
package txpool
