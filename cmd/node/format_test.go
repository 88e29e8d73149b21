package main

import (
	"archive/tar"
	"compress/bzip2"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The data directory in testdata was made by this program when format 1 of the
// database was new: a network for development, 50 blocks, a contract that stores and
// logs. It opens, is whole, and goes back and forth.
func TestOldDatabase(t *testing.T) {
	dir := t.TempDir()
	unpack(t, filepath.Join("testdata", "format-1.tar.bz2"), dir)
	run := func(args ...string) string {
		t.Helper()
		code, _, stderr := call(t, args...)
		if code != exitOK {
			t.Fatalf("%v: exit code %d, %s", args, code, stderr)
		}
		return stderr
	}
	file := filepath.Join(t.TempDir(), "chain")
	run("db", "stats", "--datadir", dir)
	for _, told := range []string{
		run("db", "verify", "--datadir", dir),
		run("export", "--datadir", dir, file) + run("db", "rollback", "--datadir", dir, "10") +
			run("import", "--datadir", dir, file) + run("db", "verify", "--datadir", dir),
	} {
		if !strings.Contains(told, "last=50 transactions=50") || !strings.Contains(told, "State is as it must be") {
			t.Errorf("verified: %s", told)
		}
	}

	mark := filepath.Join(dir, "chaindata", "MONOLITH")
	if err := os.WriteFile(mark, []byte("monolith database, format 99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := call(t, "db", "verify", "--datadir", dir)
	if code != exitFailure || !strings.Contains(stderr, "made by a newer monolith") || !strings.Contains(stderr, "format 99") {
		t.Errorf("of a newer format: exit code %d, %s", code, stderr)
	}
}

// unpack unpacks an archive of our own.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for files := tar.NewReader(bzip2.NewReader(file)); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.Clean("/"+header.Name))
		if header.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var content []byte
			if content, err = io.ReadAll(files); err == nil {
				err = os.WriteFile(path, content, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
