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
//  7. The pool drops the transaction, the miner starts over on the new head, and
//     rpc tells subscribers and answers eth_getTransactionReceipt.
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
