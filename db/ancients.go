package db

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/core/rawdb"
)

// checkAncients looks whether a table of old blocks has lost a file while others
// have blocks. go-ethereum takes such a table for one that was added lately, goes on
// without what was in it, and panics the next time.
func checkAncients(dir string) error {
	dir = filepath.Join(dir, rawdb.ChainFreezerName)
	damaged, blocks := "", false
	for _, table := range []string{
		rawdb.ChainFreezerHeaderTable, rawdb.ChainFreezerHashTable, rawdb.ChainFreezerBodiesTable, rawdb.ChainFreezerReceiptTable,
	} {
		const firstEntry = 6 // bytes of the index, which are no block's
		index := sizeOf(dir, table+".?idx") > firstEntry
		data := sizeOf(dir, table+".*.?dat") > 0
		if blocks = blocks || index || data; !index || !data || sizeOf(dir, table+".meta") == 0 {
			damaged = table
		}
	}
	if blocks && damaged != "" {
		return fmt.Errorf("%w (a file of %q is gone or empty)", ErrAncients, filepath.Join(dir, damaged))
	}
	return nil
}

// sizeOf is the size of the files in dir whose names match a pattern.
func sizeOf(dir, pattern string) (size int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0 // there is none yet
	}
	for _, entry := range entries {
		if matches, _ := filepath.Match(pattern, entry.Name()); !matches {
			continue
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}
