// Package db owns the data directory: the lock on it, the LevelDB database in
// chaindata, the append-only store of old blocks in chaindata/ancient, and the
// watch over the free space of the disk. It is the first service of a node to
// be built and the last to be closed.
//
// Other packages see an [ethdb.Database], which is goleveldb behind
// go-ethereum's interface, joined with go-ethereum's freezer. go-ethereum has a
// LevelDB adapter too; this one differs where a node that runs for months
// needs it:
//
//   - SyncKeyValue really reaches the disk, and the order of writes survives a
//     power cut (storage.go).
//   - Options are chosen against write pauses, memory and open files
//     (options.go).
//   - Damage is never passed over. goleveldb skips damaged parts of its
//     journals in silence, and go-ethereum takes a read error for an absent
//     key; here the first is found at opening (verify.go) and the second stops
//     the node (fault.go). A repair needs [Config.Recover] and keeps a copy
//     (recover.go).
//
// # When the disk fills up
//
// go-ethereum's core exits the process when a write fails. So whoever is about
// to write blocks asks [Service.Writable] first, which says no while less than
// [Config.MinFreeDiskMB] is free, early enough for what is in flight to be
// finished. Reading goes on, and so does writing once there is room again.
//
// # Pruning
//
// Histories of old states are in two stores of the freezer, which go-ethereum opens
// by itself. It forgets the oldest ones in time, but the files stay:
// [Service.PruneHistories] makes new ones of what is left (prune.go, history.go).
// Copies are made beside the stores and renamed when they are whole; whatever is then
// left to do when the process dies, New does before anything else is opened.
//
// # Goroutines
//
// Start launches one, the watch over disk and write stalls (watch.go). goleveldb
// and the freezer run their own from New to Stop.
//
// # Neighbours
//
// Every service that stores something is handed [Service.Database]; the chain
// and the miner are handed Writable as well. Which network a database belongs
// to is checked by shared/chain.
package db
