package db

import (
	"fmt"
	"math"

	"github.com/ethereum/go-ethereum/common/fdlimit"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

// Measured figures below: 5 million chain-like entries (33-byte hashed keys,
// 60 to 360-byte values) written as fast as they go in batches of 200 kB, then
// read at random; CacheMB 32; two cores.
const (
	// writeBufferMB is the size of one memtable. goleveldb holds two while one
	// is being flushed, and both come out of CacheMB. More would write faster
	// (32 MB: +50 %), but every table in level 0 has this size, so it also
	// multiplies what one compaction may need on the disk: see minFreeDiskMB.
	writeBufferMB = 8

	// Level 0 holds flushed memtables, whose keys overlap. goleveldb starts to
	// compact at 4, which is right, but its other defaults make every write
	// sleep a millisecond from 8 tables on and stop all writing at 12, which
	// one burst reaches: the longest wait of a write was 1.6 s. With these it
	// was 0.15 s in the same burst. Reads pay with a look at more bloom filters
	// while a burst lasts.
	l0CompactionTrigger = 4
	l0SlowdownTrigger   = 24
	l0PauseTrigger      = 48

	// level1MB bounds level 1; each further level is ten times larger. The
	// default of 10 MB is less than the four tables of 8 MB that a compaction
	// of level 0 brings, so that everything would be written twice at once:
	// write amplification fell from 3.4 to 1.9.
	level1MB = 64

	// tableMB is the size of a table, goleveldb's default. Larger ones need
	// fewer files, but their bloom filters and indexes are read whole: with
	// 8 MB and a small cache, reads took three times as long.
	tableMB = 2

	// blockKB is the unit of reading and compression. With the default of 4 kB
	// the indexes alone crowd everything else out of a small cache; reading
	// took 43 µs with 4 kB and 10 µs with 16 kB, and 31 µs and 2.5 µs for a key
	// that does not exist.
	blockKB = 16

	// bloomBits per key let one read in a hundred look into a table in vain.
	bloomBits = 10
)

const (
	// minCacheMB leaves two write buffers of 2 MB and a block cache of 4 MB.
	minCacheMB = 8

	// maxOpenTables keeps 2 GB of tables open. A table beyond that costs a few
	// system calls when it is read next.
	maxOpenTables = 1024
	// minOpenTables is what level 0 and its neighbours need not to thrash.
	minOpenTables = 16
	// reservedFiles are left to the freezers and journals, whatever Handles says.
	reservedFiles = 128
)

// options returns goleveldb's options for a cache of cacheMB and a number of
// tables held open.
func options(cacheMB, openTables int) *opt.Options {
	writeBuffer := min(cacheMB*opt.MiB/4, writeBufferMB*opt.MiB)
	return &opt.Options{
		WriteBuffer:            writeBuffer,
		BlockCacheCapacity:     cacheMB*opt.MiB - 2*writeBuffer,
		OpenFilesCacheCapacity: openTables,

		CompactionL0Trigger:    l0CompactionTrigger,
		WriteL0SlowdownTrigger: l0SlowdownTrigger,
		WriteL0PauseTrigger:    l0PauseTrigger,
		CompactionTotalSize:    level1MB * opt.MiB,
		CompactionTableSize:    tableMB * opt.MiB,
		BlockSize:              blockKB * opt.KiB,
		Filter:                 filter.NewBloomFilter(bloomBits),

		// Compaction after many seeks was made for hard disks; here it would
		// rewrite tables because they are popular.
		DisableSeeksCompaction: true,
		// A batch larger than the write buffer would be written past the
		// journal, in a transaction that keeps the write lock for ever if its
		// commit fails, on a full disk say.
		DisableLargeBatchTransaction: true,
	}
}

// openTables decides how many tables are held open: wanted, or for 0 half of
// what the process may have, since peers and RPC clients need files too. It
// first raises the process's limit as far as the system allows; what it says in
// its second result should be logged.
func openTables(wanted int) (int, string) {
	hard, err := fdlimit.Maximum()
	if err != nil {
		return max(wanted, minOpenTables), fmt.Sprintf("the limit of open files is unknown: %v", err)
	}
	if hard < 0 { // unlimited
		hard = math.MaxInt32
	}
	limit, err := fdlimit.Raise(uint64(hard))
	if err != nil {
		return max(wanted, minOpenTables), fmt.Sprintf("the limit of open files cannot be raised: %v", err)
	}
	return shareFiles(wanted, limit)
}

// shareFiles is the arithmetic of openTables for a limit of open files.
func shareFiles(wanted int, limit uint64) (int, string) {
	half := int(min(limit/2, maxOpenTables))
	if wanted == 0 {
		if half < 4*minOpenTables {
			return max(half, minOpenTables), fmt.Sprintf("only %d files may be open: raise the limit (ulimit -n)", limit)
		}
		return half, ""
	}
	most := max(int(min(limit, math.MaxInt32))-reservedFiles, minOpenTables)
	if wanted > most {
		return most, fmt.Sprintf("%d files were asked for but only %d may be open: raise the limit (ulimit -n)", wanted, limit)
	}
	return wanted, ""
}
