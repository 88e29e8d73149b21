package db

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/table"
)

// salvageTables writes each table that has damaged blocks anew, without them.
// goleveldb's recovery would do so too, but it orders a table's keys, which end in a
// sequence number, as if they were those of its user, and gives up where that is
// another order: where one key begins another one, as the chain's keys do.
func salvageTables(stor storage.Storage) error {
	fds, err := stor.List(storage.TypeTable)
	if err != nil {
		return err
	}
	for _, fd := range fds {
		if err := salvageTable(stor, fd); err != nil {
			return fmt.Errorf("salvage table %s: %w", fd, err)
		}
	}
	return nil
}

// salvageTable leaves a table alone if nothing is wrong with it, or if nothing of it
// can be read: then recovery leaves it out.
func salvageTable(stor storage.Storage, fd storage.FileDesc) error {
	f, err := stor.Open(fd)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	options := &opt.Options{Comparer: internalOrder{}, Strict: opt.StrictBlockChecksum} // but not to end at damage
	reader, err := table.NewReader(f, size, fd, nil, nil, options)
	if isCorrupt(err) {
		return nil
	} else if err != nil {
		return err
	}
	defer reader.Release()

	readable, damaged, err := entries(reader, nil)
	if err != nil || readable == 0 || damaged == 0 {
		return err
	}
	return rewrite(stor, fd, func(to io.Writer) error {
		w := table.NewWriter(to, options, nil, 0)
		_, _, err := entries(reader, w.Append)
		return errors.Join(err, w.Close())
	})
}

// entries calls do, if not nil, for every entry of a table that can be read, and
// returns their number and that of the blocks that cannot.
func entries(reader *table.Reader, do func(key, value []byte) error) (readable, damaged int, err error) {
	it := reader.NewIterator(nil, nil)
	defer it.Release()
	if it, ok := it.(iterator.ErrorCallbackSetter); ok {
		it.SetErrorCallback(func(error) { damaged++ })
	}
	for it.Next() {
		if len(it.Key()) < sequenceLength {
			continue
		}
		readable++
		if do == nil {
			continue
		}
		if err := do(it.Key(), it.Value()); err != nil {
			return readable, damaged, err
		}
	}
	if err := it.Error(); err != nil && !isCorrupt(err) {
		return readable, damaged, err
	}
	return readable, damaged, nil
}

// sequenceLength is that of the number and kind which goleveldb appends to a key.
const sequenceLength = 8

// internalOrder is the order of a table's keys: by the user's key, the latest first.
// It keeps separators as they are.
type internalOrder struct{}

// Compare implements comparer.Comparer.
func (internalOrder) Compare(a, b []byte) int {
	if len(a) < sequenceLength || len(b) < sequenceLength {
		return bytes.Compare(a, b)
	}
	keyA, lastA := a[:len(a)-sequenceLength], a[len(a)-sequenceLength:]
	keyB, lastB := b[:len(b)-sequenceLength], b[len(b)-sequenceLength:]
	return cmp.Or(bytes.Compare(keyA, keyB), cmp.Compare(binary.LittleEndian.Uint64(lastB), binary.LittleEndian.Uint64(lastA)))
}

// Name implements comparer.Comparer.
func (internalOrder) Name() string { return "internal" }

// Separator implements comparer.Comparer.
func (internalOrder) Separator(_, _, _ []byte) []byte { return nil }

// Successor implements comparer.Comparer.
func (internalOrder) Successor(_, _ []byte) []byte { return nil }
