package db

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/syndtr/goleveldb/leveldb"
	lerrors "github.com/syndtr/goleveldb/leveldb/errors"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// goleveldb reads two kinds of files in its journal format: the manifest, which
// lists the tables, and the journals proper, which hold the latest writes. It
// skips what it cannot read in them, up to the next block of 32 kB. At the end
// of a file that is right: a write was cut short by a crash and had not been
// answered. Anywhere else it loses answered writes, may keep later ones, and in
// the manifest it even deletes the tables that it no longer knows of. So such
// damage is looked for before goleveldb opens the files.

// damagedFiles returns the manifest and the journals that are damaged before
// their end, the manifest first and the journals by age.
func damagedFiles(stor storage.Storage) ([]storage.FileDesc, error) {
	fds, err := stor.List(storage.TypeJournal)
	if err != nil {
		return nil, err
	}
	sortFiles(fds)
	switch manifest, err := stor.GetMeta(); {
	case err == nil:
		fds = slices.Insert(fds, 0, manifest)
	case !errors.Is(err, os.ErrNotExist) && !isCorrupt(err): // for goleveldb to complain about
		return nil, err
	}
	var damaged []storage.FileDesc
	for _, fd := range fds {
		ok, err := intact(stor, fd)
		if err != nil {
			return nil, err
		}
		if !ok {
			damaged = append(damaged, fd)
		}
	}
	return damaged, nil
}

// The journal format: blocks of 32 kB hold chunks that do not cross them, each
// with a header of checksum (4 bytes), length (2) and kind (1). A record is one
// full chunk, or a first one, middle ones and a last one.
const (
	journalBlock  = 32 << 10
	journalHeader = 7
	chunkFull     = 1
	chunkFirst    = 2
	chunkLast     = 4

	pageSize = 4096 // what a file system writes at once
)

// intact tells whether a file in the journal format is readable up to a last
// record that may have been cut short: a chunk runs over the end of what was
// written, and no other record begins behind it. A power cut can leave pages of
// zeros at the end, since file systems may grow a file before they fill it.
func intact(stor storage.Storage, fd storage.FileDesc) (bool, error) {
	f, err := stor.Open(fd)
	if err != nil {
		return false, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", fd, err)
	}

	pos := 0
	for pos < len(data) {
		c := chunkAt(data, pos)
		if !c.readable {
			break
		}
		pos += c.size
	}
	written := len(bytes.TrimRight(data, "\x00"))
	if pos >= written {
		return true, nil
	}
	if page := (written + pageSize - 1) / pageSize * pageSize; page < len(data) {
		data = data[:page]
	}
	if pos+chunkAt(data, pos).size <= len(data) {
		return false, nil
	}
	for pos++; pos < len(data); pos++ {
		if c := chunkAt(data, pos); c.readable && (c.kind == chunkFull || c.kind == chunkFirst) {
			return false, nil
		}
	}
	return true, nil
}

// chunk is what a header says, and whether the content agrees. The unused end
// of a block is a readable chunk of kind 0.
type chunk struct {
	kind     byte
	size     int // with the header; 0 if the header makes no sense
	readable bool
}

func chunkAt(data []byte, pos int) chunk {
	room := journalBlock - pos%journalBlock
	if room < journalHeader {
		return chunk{size: room, readable: true}
	}
	data = data[pos:]
	if len(data) < journalHeader {
		return chunk{size: journalHeader}
	}
	checksum, length, kind := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint16(data[4:]), data[6]
	size := journalHeader + int(length)
	if kind < chunkFull || kind > chunkLast || size > room {
		return chunk{}
	}
	return chunk{kind: kind, size: size, readable: size <= len(data) && util.NewCRC(data[6:size]).Value() == checksum}
}

// corruption makes an error that isCorrupt recognises.
func corruption(fd storage.FileDesc, what string) error {
	return lerrors.NewErrCorrupted(fd, errors.New(what))
}

// scan reads the whole database and returns the number of keys. Every block's
// checksum is verified on the way.
func scan(db *leveldb.DB) (int, error) {
	it := db.NewIterator(nil, &opt.ReadOptions{DontFillCache: true})
	defer it.Release()
	n := 0
	for it.Next() {
		n++
	}
	return n, it.Error()
}

func sortFiles(fds []storage.FileDesc) {
	slices.SortFunc(fds, func(a, b storage.FileDesc) int { return int(a.Num - b.Num) })
}
