// Package backup copies a node's data while the node runs, and makes a data directory
// of the copy.
//
// # What is in one
//
// A backup is a stream in the tar format, or a directory with the same files:
//
//	leveldb/00000000.kv ...   the keys of LevelDB with their values, in order (segment.go)
//	ancient/...               the files of the ancient stores: old blocks, histories of the state
//	format                    the format of the database
//	files/...                 genesis.json, transactions.rlp; nodekey and keystore only if asked for
//	backup.json               the manifest: head, genesis, and a checksum of each file above
//
// The manifest comes last. What has none is the beginning of a backup that was cut
// short, and is refused.
//
// # What it is consistent with
//
// All of it is of one moment, at which no block was being added (db.Snapshot). It is
// what a crash at that moment would have left: the states of the last 128 blocks and a
// buffer of older changes were in memory. The first start re-executes the blocks above
// the last state that was on the disk, as after any crash (package chain), and so the
// head is that of the moment when the backup began. Restore does this at once, and so
// proves that the copy is good.
//
// # What it costs
//
// The database is read once, in order and past the caches, by whoever reads the stream,
// at his pace: there is no goroutine. Memory holds a segment of 4 MB. While the backup
// is open, LevelDB keeps values that are overwritten, and files that were compacted only
// while one segment is read. Import and mining wait only for the snapshot to be taken.
package backup
