package db

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
)

// Exists reports whether there is a database in a data directory, for those who
// do not want New to make one.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, databaseDir, formatFile))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Share is what one kind of data takes.
type Share struct {
	Kind  string
	Keys  uint64
	Bytes uint64 // of keys and values, before LevelDB compresses them
}

// Table is one table of the ancient store: an append-only sequence of items.
type Table struct {
	Store string // chain, state or trienode
	Name  string
	Bytes uint64 // on the disk
}

// Inspection is what takes room in a data directory.
type Inspection struct {
	Shares  []Share // largest first
	Tables  []Table // in the order of their names
	LevelDB uint64  // bytes of LevelDB's files
	Ancient uint64  // bytes of the ancient store's files
}

// Keys is the number of all keys.
func (i *Inspection) Keys() (n uint64) {
	for _, u := range i.Shares {
		n += u.Keys
	}
	return n
}

// inspectEvery is how many keys lie between two looks at the context and calls of
// progress.
const inspectEvery = 1 << 16

// Inspect reads the whole database and adds up what each kind of data takes. It
// calls progress, if not nil, with the number of keys read so far, now and then.
func (s *Service) Inspect(ctx context.Context, progress func(keys uint64)) (*Inspection, error) {
	shares := make(map[string]*Share)
	it := s.db.NewIterator(nil, nil)
	defer it.Release()
	for n := uint64(1); it.Next(); n++ {
		kind := kindOf(it.Key())
		u := shares[kind]
		if u == nil {
			u = &Share{Kind: kind}
			shares[kind] = u
		}
		u.Keys++
		u.Bytes += uint64(len(it.Key()) + len(it.Value()))
		if n%inspectEvery == 0 {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if progress != nil {
				progress(n)
			}
		}
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("read database: %w", explain(err))
	}
	found := new(Inspection)
	for u := range maps.Values(shares) {
		found.Shares = append(found.Shares, *u)
	}
	slices.SortFunc(found.Shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Kind, b.Kind))
	})
	return found, s.addFiles(found)
}

// ancientFile matches the names of a freezer table's files: its data, its index and
// its metadata.
var ancientFile = regexp.MustCompile(`^(.+?)(\.\d{4}\.[rc]dat|\.[rc]idx|\.meta)$`)

// addFiles adds the sizes of files.
func (s *Service) addFiles(found *Inspection) error {
	if s.cfg.Memory {
		return nil
	}
	root := filepath.Join(s.cfg.Dir, databaseDir)
	sizes := make(map[Table]uint64)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil // LevelDB deletes files in the background
		}
		if err != nil {
			return err
		}
		size := uint64(info.Size())
		ancient, err := filepath.Rel(filepath.Join(root, ancientDir), filepath.Dir(path))
		if err != nil || !filepath.IsLocal(ancient) {
			found.LevelDB += size
			return err
		}
		found.Ancient += size
		if name := ancientFile.FindStringSubmatch(entry.Name()); name != nil {
			sizes[Table{Store: ancient, Name: name[1]}] += size
		}
		return nil
	})
	for table, size := range sizes {
		table.Bytes = size
		found.Tables = append(found.Tables, table)
	}
	slices.SortFunc(found.Tables, func(a, b Table) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Name, b.Name))
	})
	if err != nil {
		return fmt.Errorf("measure the files in %q: %w", root, explain(err))
	}
	return nil
}

// UnknownKind is the kind of keys that nobody is known to write.
const UnknownKind = "unknown"

// kindOf tells what is stored under a key. The prefixes are those of go-ethereum's
// schema, which does not export most of them, and of this program's packages.
func kindOf(key []byte) string {
	const hash, number = common.HashLength, 8
	is := func(prefix string, length int) bool {
		return len(key) == len(prefix)+length && string(key[:len(prefix)]) == prefix
	}
	begins := func(prefix string) bool { return bytes.HasPrefix(key, []byte(prefix)) }
	switch {
	case begins("monolith-work-"):
		return "cumulative work"
	case begins("monolith-side-"):
		return "blocks of side branches"
	case begins("monolith-address-"):
		return "address index"
	case begins("monolith-p2p-"):
		return "peers"
	case is("h", number+hash):
		return "headers"
	case is("b", number+hash):
		return "bodies"
	case is("r", number+hash):
		return "receipts"
	case is("j", number+hash):
		return "block access lists"
	case is("h", number+1) && begins("h") && key[len(key)-1] == 'n', is("H", hash):
		return "block index"
	case is("l", hash):
		return "transaction index"
	case begins("fm-"):
		return "log index"
	case rawdb.IsAccountTrieNode(key), rawdb.IsStorageTrieNode(key):
		return "state: trie"
	case is("a", hash), is("o", 2*hash):
		return "state: flat"
	case is("c", hash):
		return "state: code"
	case is("secure-key-", hash):
		return "state: preimages"
	case is("L", hash):
		return "history: roots"
	case begins("ma"), begins("ms"), begins("mba"), begins("mbs"):
		return "history: index of accounts and slots"
	case begins("mt"), begins("mbt"):
		return "history: index of trie nodes"
	case string(key) == "TrieJournal":
		return "state: recent"
	case begins("monolith-"), begins("ethereum-"), begins("unclean-shutdown"), begins("Last"), begins("Snap"),
		begins("Database"), begins("Transaction"), begins("Invalid"), begins("Trie"):
		return "records of the chain"
	}
	return UnknownKind
}
