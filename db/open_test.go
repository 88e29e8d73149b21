package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	gethleveldb "github.com/ethereum/go-ethereum/ethdb/leveldb"
)

func contains(s, substring string) bool { return strings.Contains(s, substring) }

// wantRefused checks that the data directory is refused, with one line.
func wantRefused(t *testing.T, cfg Config, want error) {
	t.Helper()
	s, err := New(cfg)
	if err == nil {
		_ = s.Stop()
		t.Fatalf("opened, want %v", want)
	}
	wantError(t, err, want)
	if contains(err.Error(), "\n") || !contains(err.Error(), cfg.Dir) {
		t.Errorf("not one line with the directory: %v", err)
	}
	t.Log(err)
}

func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	cmd, stdin, _ := startChild(t, "hold", dir)
	wantRefused(t, diskConfig(dir), ErrLocked)

	must(t, stdin.Close())
	must(t, cmd.Wait())
	open(t, diskConfig(dir))
	wantRefused(t, diskConfig(dir), ErrLocked) // by this process too
}

// The lock dies with its process, and so does nothing that was answered.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	next := 0
	for range 3 {
		cmd, _, lines := startChild(t, "write", dir)
		for range 1000 {
			if !lines.Scan() {
				t.Fatal("child ended")
			}
		}
		must(t, cmd.Process.Kill())
		for {
			_, _ = fmt.Sscan(lines.Text(), &next)
			if !lines.Scan() {
				break
			}
		}
		_ = cmd.Wait()

		s, err := New(diskConfig(dir))
		must(t, err)
		checkEntries(t, s.Database(), 0, next+1)
		must(t, s.Stop())
	}
}

func TestForeignDatabases(t *testing.T) {
	t.Run("leveldb of geth", func(t *testing.T) {
		dir := t.TempDir()
		db, err := gethleveldb.New(filepath.Join(dir, databaseDir), 16, 16, "", false)
		must(t, err)
		must(t, db.Put([]byte("DatabaseVersion"), []byte{9}))
		must(t, db.Compact(nil, nil))
		must(t, db.Close())
		wantRefused(t, diskConfig(dir), ErrNotOurs)
		must(t, os.Remove(filepath.Join(dir, databaseDir, "CURRENT")))
		wantRefused(t, diskConfig(dir), ErrNotOurs)
	})
	// The files by which go-ethereum knows a pebble database.
	for version, names := range map[string][]string{
		"1": {"CURRENT", "MANIFEST-000001", "OPTIONS-000003"},
		"2": {"marker.manifest.000001.MANIFEST-000001", "OPTIONS-000003"},
	} {
		t.Run("pebble "+version, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.Mkdir(filepath.Join(dir, databaseDir), 0o700))
			for _, name := range names {
				must(t, os.WriteFile(filepath.Join(dir, databaseDir, name), []byte("pebble"), 0o600))
			}
			wantRefused(t, diskConfig(dir), ErrNotOurs)
			if got := files(t, filepath.Join(dir, databaseDir), "*"); len(got) != len(names) {
				t.Errorf("the directory was changed: %v", got)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	dir := t.TempDir()
	must(t, open(t, diskConfig(dir)).Stop())
	mark := filepath.Join(dir, databaseDir, formatFile)
	for _, tt := range []struct {
		text string
		want error
	}{
		{fmt.Sprintf(formatText, formatVersion+1), ErrNewerFormat},
		{"", ErrNotOurs},
		{"something else\n", ErrNotOurs},
		{fmt.Sprintf(formatText, formatVersion), nil},
	} {
		must(t, os.WriteFile(mark, []byte(tt.text), 0o600))
		if tt.want != nil {
			wantRefused(t, diskConfig(dir), tt.want)
		} else {
			must(t, open(t, diskConfig(dir)).Stop())
		}
	}
}

func TestPaths(t *testing.T) {
	t.Run("missing parents are made", func(t *testing.T) {
		open(t, diskConfig(filepath.Join(t.TempDir(), "a", "b", "c")))
	})
	for _, name := range []string{".", lockFile, databaseDir} {
		t.Run("file at "+name, func(t *testing.T) {
			dir := t.TempDir()
			if name == "." {
				dir = filepath.Join(dir, "file")
				must(t, os.WriteFile(dir, nil, 0o600))
				wantRefused(t, diskConfig(dir), ErrNotDirectory)
				wantRefused(t, diskConfig(filepath.Join(dir, "below")), ErrNotDirectory)
				return
			}
			if name == lockFile { // a left-over is no lock
				must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
				open(t, diskConfig(dir))
				return
			}
			must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
			wantRefused(t, diskConfig(dir), ErrNotDirectory)
		})
	}
}

func TestDirectoryWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere; see TestReadOnlyFileSystem")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o500))
	wantRefused(t, diskConfig(dir), ErrReadOnly)
}

func TestExplainLeavesOtherErrorsAlone(t *testing.T) {
	plain := errors.New("something else")
	for _, err := range []error{nil, plain, explain(syscall.ENOSPC)} {
		if got := explain(err); got != err { //nolint:errorlint // the same value is meant
			t.Errorf("%v became %v", err, got)
		}
	}
	wantError(t, explain(fmt.Errorf("write: %w", syscall.EDQUOT)), ErrDiskFull)
}
