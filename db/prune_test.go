package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
)

const histories, persistent, kept = 120, 110, 40 // made; those whose state is on the disk; to keep

// writeHistories fills the stores as go-ethereum does, with histories of some size,
// their index, and the numbers of the states.
func writeHistories(t *testing.T, s *Service) {
	t.Helper()
	stores, err := s.openHistories()
	must(t, err)
	batch := s.db.NewBatch()
	for id := uint64(1); id <= histories; id++ {
		part := func(n int) []byte { return entryValue(int(id) + n*histories) }
		must(t, rawdb.WriteStateHistory(stores[0], id, []byte{byte(id)}, part(1), part(2), part(3), part(4)))
		must(t, rawdb.WriteTrienodeHistory(stores[1], id, part(5), part(6), part(7)))
		account := common.BytesToHash(entryKey(int(id)))
		rawdb.WriteStateID(batch, account, id)
		rawdb.WriteAccountHistoryIndex(batch, account, part(8))
		rawdb.WriteStorageHistoryIndexBlock(batch, account, account, 0, part(9))
		rawdb.WriteTrienodeHistoryIndexBlock(batch, account, []byte{1, 2}, 0, part(10))
	}
	rawdb.WriteStateHistoryIndexMetadata(batch, []byte("all"))
	rawdb.WriteTrienodeHistoryIndexMetadata(batch, []byte("all"))
	rawdb.WritePersistentStateID(batch, persistent)
	must(t, batch.Put([]byte("monolith-other"), []byte("stays")))
	must(t, batch.Write())
	must(t, stores.close())
}

// wantHistories checks that the stores hold the histories after tail, as they were.
func wantHistories(t *testing.T, s *Service, tail uint64) {
	t.Helper()
	stores, err := s.openHistories()
	must(t, err)
	for _, store := range stores {
		if store.tail != tail || store.head != histories {
			t.Fatalf("store %s: histories after %d up to %d, want after %d up to %d", store.name, store.tail, store.head, tail, histories)
		}
	}
	for id := tail + 1; id <= histories; id++ {
		part := func(n int) []byte { return entryValue(int(id) + n*histories) }
		_, accountIndex, _, _, slots, err := rawdb.ReadStateHistory(stores[0], id)
		must(t, err)
		_, _, values, err := rawdb.ReadTrienodeHistory(stores[1], id)
		must(t, err)
		if !bytes.Equal(accountIndex, part(1)) || !bytes.Equal(slots, part(4)) || !bytes.Equal(values, part(7)) {
			t.Fatalf("history %d is another one", id)
		}
	}
	if _, err := rawdb.ReadTrienodeHistoryHeader(stores[1], max(tail, 1)); tail > 0 && err == nil {
		t.Errorf("history %d is still there", tail)
	}
	must(t, stores.close())
}

func noProgress(string, uint64, uint64) {}

func TestPruneHistories(t *testing.T) {
	dir := t.TempDir()
	s, err := New(diskConfig(dir))
	must(t, err)
	writeHistories(t, s)
	before, _, err := Usage(dir)
	must(t, err)

	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	_, err = s.PruneHistories(ctx, kept, func(what string, done, all uint64) {
		if what == "state histories" && done < all { // halfway
			cancel(interrupted)
		}
	})
	if !errors.Is(err, interrupted) {
		t.Fatalf("interrupted: %v", err)
	}
	wantHistories(t, s, 0)

	const tail = histories - kept
	done, err := s.PruneHistories(t.Context(), kept, noProgress)
	must(t, err)
	if len(done) != 2 || done[0].What != "state histories" || done[0].Removed != tail || done[1].Removed != tail-1 { // the index is gone
		t.Errorf("done: %+v", done)
	}
	wantHistories(t, s, tail)
	if after, _, err := Usage(dir); err != nil || after > before/2 {
		t.Errorf("%d bytes before, %d after, %v", before, after, err)
	}
	for id := uint64(1); id <= histories; id++ {
		account := common.BytesToHash(entryKey(int(id)))
		if got := rawdb.ReadStateID(s.db, account); (got != nil) != (id >= tail) {
			t.Errorf("the number of state %d: %v", id, got)
		}
	}
	for _, kind := range []string{"history: index of accounts and slots", "history: index of trie nodes"} {
		if found, err := s.Inspect(t.Context(), nil); err != nil || hasKind(found, kind) {
			t.Errorf("%s is still there, %v", kind, err)
		}
	}
	if value, err := s.db.Get([]byte("monolith-other")); err != nil || string(value) != "stays" {
		t.Errorf("another key: %q, %v", value, err)
	}
	if len(rawdb.ReadStateHistoryIndexMetadata(s.db))+len(rawdb.ReadTrienodeHistoryIndexMetadata(s.db)) > 0 {
		t.Error("the index is told to be there")
	}

	if done, err := s.PruneHistories(t.Context(), kept, noProgress); err != nil || done != nil {
		t.Errorf("once more: %+v, %v", done, err)
	}
	// The history that led to the state on the disk stays.
	if _, err := s.PruneHistories(t.Context(), 1, noProgress); err != nil {
		t.Error(err)
	}
	wantHistories(t, s, persistent-1)
	must(t, s.Stop())
}

func hasKind(found *Inspection, kind string) bool {
	for _, share := range found.Shares {
		if share.Kind == kind {
			return true
		}
	}
	return false
}

// What go-ethereum has removed, but not given back, is.
func TestPruneHiddenHistories(t *testing.T) {
	const hidden = 80
	dir := t.TempDir()
	s, err := New(diskConfig(dir))
	must(t, err)
	writeHistories(t, s)
	stores, err := s.openHistories()
	must(t, err)
	for _, store := range stores {
		_, err := store.TruncateTail(rawdb.DefaultHistoryGroup, hidden)
		must(t, err)
	}
	before, err := stores.size(s.ancientDir())
	must(t, err)
	must(t, stores.close())
	done, err := s.PruneHistories(t.Context(), histories, noProgress)
	must(t, err)
	wantHistories(t, s, hidden)
	if len(done) == 0 || done[1].Removed != hidden || done[1].Bytes < before/2 {
		t.Errorf("of %d bytes: %+v", before, done)
	}
	must(t, s.Stop())
}

// pruneUntilKilled prunes, and waits at each sign of progress for a word to go on.
func pruneUntilKilled(s *Service) error {
	_, err := s.PruneHistories(context.Background(), kept, func(what string, done, all uint64) {
		fmt.Println(what)
		_, _ = io.ReadFull(os.Stdin, make([]byte, 1))
	})
	fmt.Println("done")
	return err
}

// Killed at any moment, the histories are the old ones or the new ones.
func TestPruneKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("runs processes")
	}
	dir := t.TempDir()
	s, err := New(diskConfig(dir))
	must(t, err)
	writeHistories(t, s)
	must(t, s.Stop())
	tail := uint64(0)
	for steps := 0; ; steps++ {
		cmd, stdin, lines := startChild(t, "prune", dir)
		said := ""
		for i := 0; i <= steps && lines.Scan(); i++ {
			if said = lines.Text(); i < steps {
				_, _ = io.WriteString(stdin.(io.Writer), "x") // it may have ended
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		if said == "numbers of states" || said == "done" {
			tail = histories - kept
		}
		s, err := New(diskConfig(dir))
		must(t, err)
		wantHistories(t, s, tail)
		must(t, s.Stop())
		if said == "done" {
			if steps < 3 {
				t.Errorf("pruned in %d steps", steps)
			}
			return
		}
	}
}

// Wherever it was killed while it put the new stores in the place of the old ones,
// opening the database does the rest.
func TestPruneKilledInTheEnd(t *testing.T) {
	whole := t.TempDir()
	s, err := New(diskConfig(whole))
	must(t, err)
	writeHistories(t, s)
	stores, err := s.openHistories()
	must(t, err)
	must(t, stores.copyTo(t.Context(), s.pruning(), histories-kept, func(_, _ uint64) {}))
	must(t, stores.close())
	must(t, os.Rename(s.pruning(), s.pruned()))
	must(t, s.Stop())

	ancient := func(dir string, names ...string) string {
		return filepath.Join(append([]string{dir, databaseDir, ancientDir}, names...)...)
	}
	replace := func(dir, store string) {
		must(t, os.RemoveAll(ancient(dir, store)))
		must(t, os.Rename(ancient(dir, prunedDir, store), ancient(dir, store)))
	}
	for name, kill := range map[string]func(dir string){
		"whole copies":       func(string) {},
		"one half deleted":   func(dir string) { must(t, os.Remove(ancient(dir, "state", "history.meta.ridx"))) },
		"one deleted":        func(dir string) { must(t, os.RemoveAll(ancient(dir, "state"))) },
		"one replaced":       func(dir string) { replace(dir, "state") },
		"both replaced":      func(dir string) { replace(dir, "state"); replace(dir, "trienode") },
		"another incomplete": func(dir string) { must(t, os.Mkdir(ancient(dir, pruningDir), 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			must(t, os.CopyFS(dir, os.DirFS(whole)))
			kill(dir)
			s, err := New(diskConfig(dir))
			must(t, err)
			wantHistories(t, s, histories-kept)
			for _, left := range []string{pruningDir, prunedDir} {
				if _, err := os.Stat(ancient(dir, left)); err == nil {
					t.Errorf("%s is left", left)
				}
			}
			must(t, s.Stop())
		})
	}
}

func TestRemovePrefix(t *testing.T) {
	s, err := New(diskConfig(t.TempDir()))
	must(t, err)
	defer func() { must(t, s.Stop()) }()
	writeEntries(t, s.db, 0, 200)
	must(t, s.db.Put([]byte("entry."), nil))
	step, err := s.RemovePrefix(t.Context(), "entries", []byte("entry-"), noProgress)
	if must(t, err); step.What != "entries" || step.Removed != 200 || step.Bytes < 200*2048 {
		t.Errorf("%+v", step)
	}
	if has, err := s.db.Has([]byte("entry.")); err != nil || !has {
		t.Errorf("another key: %v, %v", has, err)
	}
	if step, err := s.RemovePrefix(t.Context(), "entries", []byte("entry-"), noProgress); err != nil || step.Removed != 0 {
		t.Errorf("once more: %+v, %v", step, err)
	}
}
