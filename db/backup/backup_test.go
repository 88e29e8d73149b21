package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/golang/snappy"
	"github.com/monolith-chain/monolith/db"
	"github.com/sirupsen/logrus"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func quiet() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

func openStore(t testing.TB, dir string) *db.Service {
	t.Helper()
	cfg := db.DefaultConfig()
	cfg.Dir, cfg.Memory, cfg.Log = dir, dir == "", quiet()
	s, err := db.New(cfg)
	must(t, err)
	t.Cleanup(func() { must(t, s.Stop()) })
	return s
}

// pairs are keys with values of all sizes, some larger than a segment.
func pairs() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	all := make(map[string][]byte)
	for i := range 300 {
		value := make([]byte, random.IntN(50_000))
		for j := range value {
			value[j] = byte(random.UintN(256))
		}
		all[fmt.Sprintf("key %d", random.Uint64())] = value
		if i == 150 {
			all["large"] = bytes.Repeat([]byte("0123456789"), segmentBytes/5)
		}
	}
	all["empty"] = []byte{}
	return all
}

func source(store *db.Service, files ...File) Config {
	return Config{
		DB: store, Files: files, Client: "test", Network: "test", Genesis: common.Hash{1},
		Head: func(keys ethdb.KeyValueReader) (uint64, common.Hash, error) {
			_, err := keys.Get([]byte("empty"))
			return 7, common.Hash{2}, err
		},
	}
}

// fullBackup is one of a database in memory with all that there can be.
func fullBackup(t testing.TB) []byte {
	t.Helper()
	store := openStore(t, "")
	for key, value := range pairs() {
		must(t, store.Database().Put([]byte(key), value))
	}
	b, err := Open(source(store, File{Name: "genesis.json", Content: []byte("{}")}), false)
	must(t, err)
	// What is written from now on is not in it.
	must(t, store.Database().Put([]byte("empty"), []byte("late")))
	must(t, store.Database().Put([]byte("late"), nil))
	must(t, store.Database().Delete([]byte("large")))
	stream, err := io.ReadAll(b)
	must(t, errors.Join(err, b.Close()))
	return stream
}

// What is extracted is what there was, whichever form the backup has.
func TestExtract(t *testing.T) {
	stream := fullBackup(t)
	m, err := Check(bytes.NewReader(stream))
	must(t, err)
	if m.Head != (Head{7, common.Hash{2}}) || m.Genesis != (common.Hash{1}) || m.Keys || m.Size() > int64(len(stream)) {
		t.Errorf("manifest %+v", m)
	}
	folder := filepath.Join(t.TempDir(), "folder")
	_, err = Unpack(bytes.NewReader(stream), folder)
	must(t, err)
	for _, from := range []Source{{Stream: bytes.NewReader(stream)}, {Dir: folder}} {
		cfg := db.DefaultConfig()
		cfg.Dir, cfg.Log = filepath.Join(t.TempDir(), "data"), quiet()
		again, err := Extract(t.Context(), from, cfg)
		must(t, err)
		if again.Head != m.Head {
			t.Errorf("manifest %+v", again)
		}
		store, want := openStore(t, cfg.Dir), pairs()
		it := store.Database().NewIterator(nil, nil)
		for it.Next() {
			if have := it.Value(); !bytes.Equal(have, want[string(it.Key())]) {
				t.Errorf("%q has %d bytes", it.Key(), len(have))
			}
			delete(want, string(it.Key()))
		}
		it.Release()
		if len(want) > 0 {
			t.Errorf("%d keys are missing", len(want))
		}
		if text, err := os.ReadFile(filepath.Join(cfg.Dir, "genesis.json")); err != nil || string(text) != "{}" {
			t.Errorf("genesis %q, %v", text, err)
		}
		if _, err := db.NewLoader(cfg); err == nil {
			t.Error("a database is filled twice")
		}
	}
}

// Wherever a stream is cut or a bit of it flips, it is no backup any more.
func TestDamage(t *testing.T) {
	stream := fullBackup(t)
	for at := 1; at < len(stream)-2048; at += len(stream) / 50 {
		if _, err := Check(bytes.NewReader(stream[:at])); !errors.Is(err, ErrIncomplete) {
			t.Errorf("cut at %d of %d: %v", at, len(stream), err)
		}
	}
	flip := func(at int) error {
		damaged := bytes.Clone(stream)
		damaged[at] ^= 4
		_, err := Check(bytes.NewReader(damaged))
		return err
	}
	for at := 600; at < len(stream)-100_000; at += len(stream) / 50 {
		if flip(at) == nil {
			t.Errorf("bit flipped at %d of %d: not noticed", at, len(stream))
		}
	}

	folder := filepath.Join(t.TempDir(), "folder")
	m, err := Unpack(bytes.NewReader(stream), folder)
	must(t, err)
	visit := func() error {
		_, err := Source{Dir: folder}.visit(func(string, int64, io.Reader) error { return nil })
		return err
	}
	must(t, visit())
	first := filepath.Join(folder, m.Files[0].Name)
	must(t, os.WriteFile(first, []byte("else"), 0o600))
	if err := visit(); !errors.Is(err, ErrDamaged) {
		t.Errorf("a file with something else: %v", err)
	}
	must(t, os.Remove(first))
	if err := visit(); !errors.Is(err, ErrIncomplete) {
		t.Errorf("a file that is missing: %v", err)
	}
	must(t, os.Remove(filepath.Join(folder, manifestName)))
	if err := visit(); !errors.Is(err, ErrNotOne) {
		t.Errorf("no manifest: %v", err)
	}
}

// An unpacked stream that ends early leaves nothing.
func TestUnpackCut(t *testing.T) {
	stream, parent := fullBackup(t), t.TempDir()
	if _, err := Unpack(bytes.NewReader(stream[:len(stream)/2]), filepath.Join(parent, "b")); !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestExtractInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	cfg := db.DefaultConfig()
	cfg.Dir, cfg.Log = t.TempDir(), quiet()
	if _, err := Extract(ctx, Source{Stream: bytes.NewReader(fullBackup(t))}, cfg); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"format": true, "leveldb/0.kv": true, "ancient/chain/x.cidx": true, "files/keystore/a": true,
		"": false, "files/": false, "/etc/passwd": false, "files/../../x": false, "files/./x": false, "other/x": false, `files/..\x`: false,
	} {
		if err := checkName(name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A segment that is claimed to be larger than its bytes can say takes no memory.
func TestSegmentClaims(t *testing.T) {
	claim := binary.AppendUvarint(nil, 1<<29)
	if err := eachPair(append(claim, 1, 2, 3), nil); !errors.Is(err, errSegment) {
		t.Errorf("got %v", err)
	}
}

// Whatever a segment holds, reading it ends, and what can be read is made again the
// same.
func FuzzSegment(f *testing.F) {
	f.Add(snappy.Encode(nil, appendPair(appendPair(nil, []byte("key"), []byte("value")), nil, nil)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var segment []byte
		if eachPair(data, func(key, value []byte) error {
			segment = appendPair(segment, key, value)
			return nil
		}) != nil {
			return
		}
		var again []byte
		if err := eachPair(snappy.Encode(nil, segment), func(key, value []byte) error {
			again = appendPair(again, key, value)
			return nil
		}); err != nil || !bytes.Equal(segment, again) {
			t.Errorf("read again: %v", err)
		}
	})
}

// Whatever a stream holds, what is written of it stays in its directory.
func FuzzUnpack(f *testing.F) {
	store := openStore(f, "")
	must(f, store.Database().Put([]byte("empty"), nil))
	b, err := Open(source(store), false)
	must(f, err)
	stream, err := io.ReadAll(b)
	must(f, errors.Join(err, b.Close()))
	f.Add(stream)
	f.Add([]byte("not one"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		_, err := Unpack(bytes.NewReader(data), filepath.Join(parent, "b"))
		left, rerr := os.ReadDir(parent)
		if rerr != nil || err != nil && len(left) > 0 || err == nil && len(left) != 1 {
			t.Errorf("left %v (%v, %v)", left, err, rerr)
		}
	})
}
