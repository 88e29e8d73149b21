package db

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A snapshot has the keys and the lengths of its moment, whatever is written, deleted
// and compacted afterwards.
func TestSnapshot(t *testing.T) {
	s := open(t, diskConfig(t.TempDir()))
	for i := range 1000 {
		must(t, s.Database().Put(fmt.Appendf(nil, "%04d", i), []byte("then")))
	}
	table := filepath.Join(s.cfg.Dir, databaseDir, ancientDir, "chain", "headers.0000.cdat")
	must(t, os.WriteFile(table, []byte("old"), 0o600))
	snap, err := s.Snapshot()
	must(t, err)
	defer snap.Release()

	for i := range 1000 {
		must(t, s.Database().Delete(fmt.Appendf(nil, "%04d", i)))
	}
	must(t, s.Database().Put([]byte("0000"), []byte("now")))
	must(t, s.Database().Compact(nil, nil))
	seen := 0
	must(t, snap.Visit([]byte("0500"), func(_, value []byte) bool {
		seen++
		return bytes.Equal(value, []byte("then"))
	}))
	if seen != 500 {
		t.Errorf("%d keys from 0500 on", seen)
	}
	if value, err := snap.Get([]byte("0000")); err != nil || string(value) != "then" {
		t.Errorf("%q, %v", value, err)
	}
	if has, err := snap.Has([]byte("1000")); err != nil || has {
		t.Errorf("%v, %v", has, err)
	}

	must(t, os.WriteFile(table, []byte("old and new"), 0o600)) // in place: truncated and written
	must(t, snap.Intact())
	for _, file := range snap.Ancients() {
		content, err := io.ReadAll(io.NewSectionReader(file, 0, file.Size))
		must(t, err)
		if file.Name == "chain/headers.0000.cdat" && string(content) != "old" {
			t.Errorf("%s has %q", file.Name, content)
		}
	}
	for _, content := range []string{"o", "new and other"} { // cut short, and grown anew
		must(t, os.WriteFile(table, []byte(content), 0o600))
		if err := snap.Intact(); !errors.Is(err, ErrRolledBack) {
			t.Errorf("%q: %v", content, err)
		}
	}
	must(t, os.Truncate(table, 0))
}
