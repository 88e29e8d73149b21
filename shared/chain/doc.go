// Package chain owns the block chain: the block and state store, execution,
// cumulative work, fork choice and crash recovery.
//
// It wraps go-ethereum's core.BlockChain, which executes and stores blocks but,
// since the merge, leaves the choice of the head to somebody else. That somebody
// is this package:
//
//  1. A block arrives through InsertBlocks (imported, gossiped, synced) or
//     InsertSealed (our own miner's, executed already). One mutex orders all
//     writers; readers never wait for it.
//  2. Blocks that extend the head are executed in batches and become the head
//     one by one. Blocks of a side branch are checked (header, proof, body) and
//     stored with the branch's cumulative work, but not executed.
//  3. When a side branch has more cumulative work than the head, its blocks are
//     executed one by one and its tip becomes the head in one step. On a tie the
//     branch seen first stays. A branch with an invalid block is remembered as
//     bad and the old head is put back, re-executed where need be.
//  4. Heads, reorgs and logs are announced on feeds; the log index follows.
//
// # What a crash costs
//
// Every block is written to the database before it becomes the head, so a block
// announced over RPC or gossip survives the death of the process; power loss
// costs at most the writes that the operating system had not yet put to disk,
// never the consistency of what came before them.
//
// The state is different. go-ethereum's path scheme keeps the states of the last
// 128 blocks as layers in memory, merges older ones into a write buffer and
// journals both only on a clean stop. Opened after a kill -9, its head falls back
// to the last block whose state is on disk. New therefore notes the head's hash
// before go-ethereum opens the database and makes that block the head again
// before anything else starts: the stored blocks in between are re-executed.
// How many there can be is bounded by Config.StateBuffer, whatever the load and the
// uptime: even an empty block changes a few hundred bytes of state, since the
// contracts of EIP-2935 and EIP-4788 each keep a ring of 8,191 slots and every
// block writes the next one. With the default of 1 MB that buffer is full after
// 1,200 to 1,450 empty blocks (measured over 20,000; 2,420 once, when the rings are
// filled for the first time), and sooner the more state the blocks change. To
// re-execute them takes a second or two; 128 full blocks of transfers, which no
// buffer saves, took three. Blocks that compute much and change little are bounded
// in number only, not in time. Twice the buffer means twice the blocks. With a
// buffer of 0 every block's state is written when it leaves the 128 layers: a
// crash then costs 130 blocks, but each block some twenty fsyncs, which holds a
// node that imports small blocks to about 200 of them a second (1,200 otherwise).
//
// # Reorganisations
//
// Branches that fork off within the last 128 blocks are switched to between
// layers in memory. Deeper ones roll the state on disk back through the state
// history; while such a switch runs, the old head's state is gone, so it is only
// started for branches whose headers have shown more work. The depth is limited
// by Config.StateHistory and by the freezer, which takes in blocks 90,000 below
// the head for good; FullHistory is that number. A heavier branch that forks off
// where no state is kept any more is not followed: ErrNoRewind, which is no fault of
// the branch.
//
// # Neighbours
//
// Below are shared/pow (the rules) and an ethdb.Database (the store). The pool,
// the miner, sync and rpc read through Reader and subscribe to its feeds. The
// goroutines are the held-back block timer and the log index follower; Stop
// waits for both and for core.BlockChain.
package chain
