package db

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/sirupsen/logrus"
)

const repairEntries = 3000 // 6 MB: tables, and a journal with the last of them

// makeDatabase writes a database with tables, a journal and an ancient block,
// and closes it.
func makeDatabase(t *testing.T, dir string) Config {
	t.Helper()
	cfg := smallConfig(dir)
	s := open(t, cfg)
	writeEntries(t, s.Database(), 0, repairEntries)
	_, err := s.Database().ModifyAncients(func(op ethdb.AncientWriteOp) error {
		for _, table := range ancientTables {
			if err := op.AppendRaw(table, 0, []byte(table)); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	must(t, s.Stop())
	return cfg
}

// damagedDatabase makes one that cannot be opened.
func damagedDatabase(t *testing.T, dir string) Config {
	t.Helper()
	cfg := makeDatabase(t, dir)
	must(t, os.Remove(files(t, filepath.Join(dir, databaseDir), "MANIFEST-*")[0]))
	return cfg
}

func hashFiles(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	hashes := make(map[string][32]byte)
	for _, path := range files(t, dir, "*") {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		data, err := os.ReadFile(path)
		must(t, err)
		hashes[filepath.Base(path)] = sha256.Sum256(data)
	}
	return hashes
}

// unchanged tells whether every table, journal and manifest is still the same.
// goleveldb only learns that a table is missing or damaged when it has turned
// the journals into tables; then only tables are compared.
func unchanged(before, after map[string][32]byte, onlyTables bool) bool {
	for name, hash := range before {
		if strings.HasPrefix(name, "LOG") || onlyTables && filepath.Ext(name) != ".ldb" {
			continue
		}
		if after[name] != hash {
			return false
		}
	}
	return onlyTables || len(before) == len(after)
}

// Each kind of damage: refused without consent and left as it is, repaired with
// it, and what was there is kept.
func TestRepair(t *testing.T) {
	pick := func(t *testing.T, dir, pattern string) string {
		t.Helper()
		names := files(t, dir, pattern)
		if len(names) == 0 {
			t.Fatalf("no %s", pattern)
		}
		return names[0]
	}
	for _, tt := range []struct {
		name   string
		spoil  func(t *testing.T, dir string)
		least  int  // entries that must survive
		tables bool // see unchanged
	}{
		{"CURRENT is garbage", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("garbage"), 0o600))
			must(t, os.RemoveAll(filepath.Join(dir, "CURRENT.bak")))
		}, repairEntries, false},
		{"CURRENT is missing", func(t *testing.T, dir string) {
			for _, name := range files(t, dir, "CURRENT*") {
				must(t, os.Remove(name))
			}
		}, repairEntries, false},
		{"manifest is missing", func(t *testing.T, dir string) {
			must(t, os.Remove(pick(t, dir, "MANIFEST-*")))
		}, repairEntries, false},
		{"manifest is damaged at the start", func(t *testing.T, dir string) {
			damage(t, pick(t, dir, "MANIFEST-*"), 0)
		}, repairEntries, false},
		{"manifest is damaged in the middle", func(t *testing.T, dir string) {
			damage(t, pick(t, dir, "MANIFEST-*"), 0.5)
		}, repairEntries, false},
		{"manifest is damaged at the end", func(t *testing.T, dir string) {
			damage(t, pick(t, dir, "MANIFEST-*"), 0.99)
		}, repairEntries, false},
		{"table is missing", func(t *testing.T, dir string) {
			must(t, os.Remove(pick(t, dir, "*.ldb")))
		}, 500, true},
		{"journal is damaged", func(t *testing.T, dir string) {
			damage(t, pick(t, dir, "*.log"), 0.5)
		}, 1000, false},
		{"journal and manifest are damaged", func(t *testing.T, dir string) {
			damage(t, pick(t, dir, "*.log"), 0.5)
			damage(t, pick(t, dir, "MANIFEST-*"), 0.5)
		}, 1000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := makeDatabase(t, t.TempDir())
			dir := filepath.Join(cfg.Dir, databaseDir)
			tt.spoil(t, dir)
			before := hashFiles(t, dir)

			wantRefused(t, cfg, ErrCorrupt)
			if !unchanged(before, hashFiles(t, dir), tt.tables) {
				t.Error("the refused database was changed")
			}
			checkRepair(t, cfg, before, tt.least, tt.tables)
		})
	}
}

// Damage inside a table shows at opening only to who looks for it.
func TestRepairOfTable(t *testing.T) {
	for name, at := range map[string]float64{"data": 0.5, "index": 0.999} {
		t.Run(name, func(t *testing.T) {
			cfg := makeDatabase(t, t.TempDir())
			dir := filepath.Join(cfg.Dir, databaseDir)
			damage(t, files(t, dir, "*.ldb")[0], at)
			before := hashFiles(t, dir)
			checkRepair(t, cfg, before, 1000, true)
		})
	}
}

// The keys of a chain: one begins another, which goleveldb's recovery cannot order.
func TestRepairOfTableOfHeaders(t *testing.T) {
	cfg := diskConfig(t.TempDir())
	s := open(t, cfg)
	const blocks = 5000
	key := func(number, kind int) []byte {
		key := binary.BigEndian.AppendUint64([]byte("h"), uint64(number))
		switch kind {
		case 1:
			return append(key, 'n')
		case 2:
			hash := sha256.Sum256(key)
			return append(key, hash[:]...)
		}
		return key
	}
	batch := s.Database().NewBatch()
	for number := range blocks {
		for kind := range 3 {
			must(t, batch.Put(key(number, kind), key(number, 2)))
		}
	}
	must(t, batch.Write())
	must(t, s.Database().Compact(nil, nil))
	must(t, s.Stop())
	damage(t, files(t, filepath.Join(cfg.Dir, databaseDir), "*.ldb")[0], 0.5)

	cfg.Recover = true
	s = open(t, cfg)
	kept := 0
	for number := range blocks {
		for kind := range 3 {
			value, err := s.Database().Get(key(number, kind))
			if err != nil {
				continue
			}
			if kept++; !bytes.Equal(value, key(number, 2)) {
				t.Fatalf("block %d, kind %d: have %x", number, kind, value)
			}
		}
	}
	if kept < 3*blocks*9/10 || kept == 3*blocks {
		t.Errorf("%d of %d entries survived the damage of one block of the table", kept, 3*blocks)
	}
}

// checkRepair opens a damaged database with Config.Recover and checks what is
// left of it and the copy.
func checkRepair(t *testing.T, cfg Config, before map[string][32]byte, least int, onlyTables bool) {
	t.Helper()
	log, hook := logged()
	cfg.Log = log
	cfg.Recover = true
	s := open(t, cfg)
	copies := files(t, cfg.Dir, "chaindata.corrupt-*")
	if len(copies) != 1 {
		t.Fatalf("copies: %v", copies)
	}
	said := findLog(hook, logrus.ErrorLevel, "Database is damaged; a copy was kept and the repair begins")
	if said == nil || said.Data["copy"] != copies[0] {
		t.Errorf("the log does not name the copy: %v", said)
	}
	if findLog(hook, logrus.ErrorLevel, "Database was repaired; data may be missing: check the chain, then delete the copy") == nil {
		t.Error("the log does not tell of the repair")
	}
	kept := countEntries(t, s.Database(), repairEntries)
	t.Logf("%d of %d entries survived", kept, repairEntries)
	if kept < least {
		t.Errorf("%d entries survived, want %d", kept, least)
	}
	if data, err := s.Database().Ancient(rawdb.ChainFreezerHeaderTable, 0); err != nil || string(data) != rawdb.ChainFreezerHeaderTable {
		t.Errorf("ancient block: %q, %v", data, err)
	}

	// The database works on, and nothing of that reaches the copy.
	writeEntries(t, s.Database(), 0, repairEntries)
	must(t, s.Database().Compact(nil, nil))
	must(t, s.Stop())
	if !unchanged(before, hashFiles(t, copies[0]), onlyTables) {
		t.Error("the copy is not what was there")
	}
	cfg.Recover = false
	s = open(t, cfg)
	checkEntries(t, s.Database(), 0, repairEntries)
	must(t, s.Status())
}

// When it fails, the error names the copy.
func TestRepairFails(t *testing.T) {
	cfg := damagedDatabase(t, t.TempDir())
	must(t, os.Mkdir(filepath.Join(cfg.Dir, databaseDir, "999999.ldb"), 0o700)) // a table that cannot be read
	cfg.Recover = true
	_, err := New(cfg)
	wantError(t, err, ErrRepair)
	if copies := files(t, cfg.Dir, "*.corrupt-*"); len(copies) != 1 || !strings.Contains(err.Error(), copies[0]) {
		t.Errorf("%v does not name %v", err, copies)
	}
}

// The writes before the damage survive and none behind it: a hole would go
// unnoticed.
func TestRepairedJournalHasNoHole(t *testing.T) {
	cfg := diskConfig(t.TempDir())
	s := open(t, cfg)
	const entries = 200 // 400 kB, all in the journal
	writeEntries(t, s.Database(), 0, entries)
	must(t, s.Stop())
	damage(t, files(t, filepath.Join(cfg.Dir, databaseDir), "*.log")[0], 0.5)

	cfg.Recover = true
	s = open(t, cfg)
	kept := countEntries(t, s.Database(), entries)
	if kept < entries/2-20 || kept > entries/2 {
		t.Errorf("%d of %d entries survived damage in the middle", kept, entries)
	}
	checkEntries(t, s.Database(), 0, kept)
}

// With nothing to repair, Recover only looks.
func TestRecoverSoundDatabase(t *testing.T) {
	cfg := makeDatabase(t, t.TempDir())
	cfg.Recover = true
	s := open(t, cfg)
	checkEntries(t, s.Database(), 0, repairEntries)
	if copies := files(t, cfg.Dir, "*.corrupt-*"); len(copies) != 0 {
		t.Errorf("copies: %v", copies)
	}
}

// A write cut short by a crash is no damage: it was never answered.
func TestTornJournal(t *testing.T) {
	for name, tear := range map[string]func(data []byte) []byte{
		"cut":         func(data []byte) []byte { return data[:len(data)-1000] },
		"header only": func(data []byte) []byte { return data[:len(data)-2050] },
		"zero pages": func(data []byte) []byte {
			return append(data[:(len(data)-2100)/pageSize*pageSize], make([]byte, 25*pageSize)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := diskConfig(t.TempDir())
			s := open(t, cfg)
			const entries = 100
			writeEntries(t, s.Database(), 0, entries)
			must(t, s.Stop())
			path := files(t, filepath.Join(cfg.Dir, databaseDir), "*.log")[0]
			data, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, tear(data), 0o600))
			s = open(t, cfg)
			if n := countEntries(t, s.Database(), entries); n < entries-4 || n == entries {
				t.Errorf("%d of %d entries are left", n, entries)
			}
		})
	}
}

// Damage to the old blocks is told from that of the database, since only a backup or
// another node has them, and go-ethereum is kept from going on without them.
func TestDamagedAncients(t *testing.T) {
	for name, spoil := range map[string]func(file func(string) string) error{
		"a meta file is garbage": func(file func(string) string) error {
			return os.WriteFile(file("headers.meta"), []byte("garbage"), 0o600)
		},
		"a meta file is gone": func(file func(string) string) error { return os.Remove(file("headers.meta")) },
		"a data file is gone": func(file func(string) string) error { return os.Remove(file("bodies.0000.cdat")) },
		"an index is gone":    func(file func(string) string) error { return os.Remove(file("hashes.ridx")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := makeDatabase(t, t.TempDir())
			must(t, spoil(func(name string) string { return filepath.Join(cfg.Dir, databaseDir, ancientDir, "chain", name) }))
			wantRefused(t, cfg, ErrAncients)
			cfg.Recover = true
			wantRefused(t, cfg, ErrAncients)
		})
	}
}
