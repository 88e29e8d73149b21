// Package miner makes blocks: it builds payloads on the head, searches for a
// nonce that makes one of them a block, and gives that block to the chain.
//
// # From a transaction to a block
//
//  1. The watcher hears of a new head or of new transactions, takes a note, and
//     wakes the main loop.
//  2. The main loop drops all work on an old head, asks the schedule whether a
//     payload is due, and has the builder make it in a goroutine, which a new
//     head cancels in the middle of a transaction.
//  3. The builder executes the pool's best paying transactions on the head's
//     state, pays the reward as a withdrawal, and assembles a block that lacks
//     only its nonce. The transactions are the pool's own, so that the senders
//     which the pool recovered are never recovered again.
//  4. The main loop hands the payload to the sealing threads by swapping a
//     pointer. They split the nonces between them and look at the pointer every
//     512 hashes: a new payload costs them nothing, and old work ends within a
//     fraction of a millisecond.
//  5. What a thread finds goes to the chain together with its receipts and its
//     state, which is committed rather than computed again; then to OnSealed.
//
// # When a payload is built
//
// On a new head, at once. That first payload takes transactions for 100 ms at
// most, since the threads are waiting; if that cut it short, a complete one
// follows immediately. Then again every second, because a later stamp makes the
// target easier (EIP-4788 writes the stamp into the state, so that it takes a new
// payload); and sooner, though not within 100 ms, when new transactions may add a
// tenth or more to the fees. A payload is kept for at least four times as long as
// it took to build: building never takes more than a fifth of one core, however
// heavy the blocks.
//
// A block is stamped with the time at which it was built, or one second after its
// parent if that is later, and never more than one second ahead of the clock: the
// miner waits instead.
//
// With Config.Idle, an empty payload is not sealed until the head is that old. A
// transaction ends the wait at once.
//
// In development mode (pow.Params.Instant) nearly every nonce is a proof: there
// are no sealing threads, and stamps may run ahead of the clock. Blocks are made
// when transactions come, and wait a millisecond for more of a burst, or 50 while
// it goes on; or, with Config.DevPeriod, at fixed times. If the base fee alone
// keeps transactions waiting, an empty block every second lets it fall.
//
// # Miners outside of the node
//
// The job on the sealing threads is also put up on a board, from which Work hands it
// out; see pow.Job for what it says. Those that somebody has stay good until there is
// a new head, or settings that make other payloads: what SubmitWork brings is checked
// at the cost of a hash and then takes the way of what a thread found. With no threads
// of its own, the miner builds payloads only while somebody has asked within the last
// ten seconds. External is such a miner, with the same threads.
//
// # Changes while it runs
//
// Settings can be changed at any time: Change stores them, and the main loop puts them
// into force in its next step. If payloads look different with them, all work on
// others is given up.
//
// # The controls of a development chain
//
// Dev has the main loop do what the user of such a chain wants: make blocks by hand,
// move the clock that stamps them, go back to a snapshot of chain, clock and pool,
// let a branch win, change an account by transactions that do so. Nothing is mined
// in between, and every block that comes of it is one that any other node accepts.
// A sender waits in Settle until his transaction is in a block.
//
// # When mining pauses
//
// While the chain is syncing or nothing can be written, no work is done; Status
// says so, and mining resumes by itself. A payload that cannot be built, or a
// block that the chain refuses, is logged and tried again after a second, then
// two, up to 30.
//
// # Goroutines and neighbours
//
// The main loop owns all decisions; the watcher lives as long as it does, sealing
// threads until other ones relieve them, a builder for one payload. Stop waits for
// all of them. The miner sees the chain and the pool through the interfaces Chain and
// Pool, and knows sync and the database as the functions Synced and Writable. It goes
// before all of these when the node stops.
//
// Pending builds its own block, apart from the payloads that are being sealed,
// whose states belong to the chain as soon as a nonce is found.
package miner
