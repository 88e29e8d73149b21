package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/db"
	"github.com/sirupsen/logrus"
)

// onDatabase runs a command of db on the data of a development chain.
func onDatabase(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	command := strings.Fields(args[0])
	return call(t, append(append(append([]string{"db"}, command[0]), "--dev", "--datadir", dir), append(command[1:], args[1:]...)...)...)
}

// mustOnDatabase is onDatabase for what has to succeed.
func mustOnDatabase(t *testing.T, dir string, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := onDatabase(t, dir, args...)
	if code != exitOK {
		t.Fatalf("db %v: exit code %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout, stderr
}

func TestDatabaseCommands(t *testing.T) {
	dir := t.TempDir()
	p := startNode(t, "--dev", "--datadir", dir, "--index.addresses")
	client := p.client()
	for range 5 {
		send(t, client, otherDevKey)
	}
	for _, command := range []string{"stats", "verify", "compact"} {
		if code, _, stderr := onDatabase(t, dir, command); code != exitFailure || !strings.Contains(stderr, db.ErrLocked.Error()) {
			t.Errorf("db %s beside a running node: exit code %d, %s", command, code, stderr)
		}
	}
	p.mustStop()

	stdout, _ := mustOnDatabase(t, dir, "stats")
	for _, want := range []string{"headers", "state: flat", "address index", "log index", "trienode: trienode.key", "and the ancient store"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("db stats does not name %q", want)
		}
	}
	if strings.Contains(stdout, db.UnknownKind) {
		t.Errorf("db stats meets keys that it does not know:\n%s", stdout)
	}
	if _, stderr := mustOnDatabase(t, dir, "verify"); !strings.Contains(stderr, "State is as it must be") || !strings.Contains(stderr, "last=5 transactions=5") {
		t.Errorf("db verify: %s", stderr)
	}
	if _, stderr := mustOnDatabase(t, dir, "compact"); !strings.Contains(stderr, "Database compacted") {
		t.Errorf("db compact: %s", stderr)
	}
	mustOnDatabase(t, dir, "verify 2 3")
}

// What is damaged fails the command, which says what to do.
func TestDatabaseVerifyFails(t *testing.T) {
	dir := t.TempDir()
	p := startNode(t, "--dev", "--datadir", dir)
	client := p.client()
	var hash common.Hash
	for range 3 {
		hash = send(t, client, otherDevKey).BlockHash
	}
	p.mustStop()
	cfg := db.DefaultConfig()
	cfg.Dir, cfg.Log = dir, discard()
	store, err := db.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Database().Delete(append([]byte("r\x00\x00\x00\x00\x00\x00\x00\x03"), hash[:]...)); err != nil {
		t.Fatal(err)
	}
	if err := store.Stop(); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := onDatabase(t, dir, "verify")
	if code != exitFailure || !strings.Contains(stderr, "block 3 ("+hash.Hex()+"): 0 receipts can be read for 1 transactions; ") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// A command that looks after a database makes none.
func TestNoDatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	code, _, stderr := onDatabase(t, dir, "stats")
	if code != exitFailure || !strings.Contains(stderr, "there is no database in "+dir) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
}

func discard() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}
