package db

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
)

// childEnv makes the test binary a second process: "hold DIR" opens a database
// and waits for its standard input to end, "write DIR" writes until killed, and
// "prune DIR" prunes.
const childEnv = "MONOLITH_DB_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childEnv); role != "" {
		if err := child(role, os.Getenv(childEnv+"_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func child(role, dir string) error {
	s, err := New(diskConfig(dir))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	switch role {
	case "hold":
		_, _ = io.Copy(io.Discard, os.Stdin)
		return s.Stop()
	case "prune":
		return pruneUntilKilled(s)
	}
	for i := 0; ; i++ {
		if err := writeEntry(s.Database(), i); err != nil {
			return err
		}
		fmt.Println(i)
	}
}

// startChild runs such a process and waits until its database is open. Its
// further output comes from the scanner.
func startChild(t *testing.T, role, dir string) (*exec.Cmd, io.Closer, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+role, childEnv+"_DIR="+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("child said %q", lines.Text())
	}
	return cmd, stdin, lines
}

// Entries with content that can be checked: about 2 kB that do not compress.

func entryKey(i int) []byte { return fmt.Appendf(nil, "entry-%08d", i) }

func entryValue(i int) []byte {
	rnd := rand.New(rand.NewPCG(uint64(i), 1))
	value := make([]byte, 0, 2048)
	for len(value) < cap(value) {
		value = binary.BigEndian.AppendUint64(value, rnd.Uint64())
	}
	return value
}

func writeEntry(db ethdb.KeyValueStore, i int) error {
	batch := db.NewBatch()
	if err := batch.Put(entryKey(i), entryValue(i)); err != nil {
		return err
	}
	return batch.Write()
}

func writeEntries(t *testing.T, db ethdb.KeyValueStore, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		must(t, writeEntry(db, i))
	}
}

func checkEntries(t *testing.T, db ethdb.KeyValueStore, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		value, err := db.Get(entryKey(i))
		if err != nil || string(value) != string(entryValue(i)) {
			t.Fatalf("entry %d of [%d,%d): %d bytes, %v", i, from, to, len(value), err)
		}
	}
}

// countEntries returns how many of the first n entries exist, and fails if one
// has a wrong value.
func countEntries(t *testing.T, db ethdb.KeyValueStore, n int) (count int) {
	t.Helper()
	for i := range n {
		if has, err := db.Has(entryKey(i)); err != nil {
			t.Fatal(err)
		} else if has {
			checkEntries(t, db, i, i+1)
			count++
		}
	}
	return count
}

func diskConfig(dir string) Config {
	log := logrus.New()
	log.SetOutput(io.Discard)
	cfg := DefaultConfig()
	cfg.Dir, cfg.Log = dir, log
	cfg.MinFreeDiskMB = 1 // whatever disk the tests run on
	return cfg
}

// smallConfig has write buffers of 2 MB, so that tests get to tables soon.
func smallConfig(dir string) Config {
	cfg := diskConfig(dir)
	cfg.CacheMB = minCacheMB
	return cfg
}

// open starts a service that the end of the test stops.
func open(t *testing.T, cfg Config) *Service {
	t.Helper()
	s, err := New(cfg)
	must(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	s.Start()
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logged returns a logger and what it was given.
func logged() (logrus.FieldLogger, *logtest.Hook) {
	log, hook := logtest.NewNullLogger()
	return log, hook
}

func findLog(hook *logtest.Hook, level logrus.Level, message string) *logrus.Entry {
	for _, e := range hook.AllEntries() {
		if e.Level == level && e.Message == message {
			return e
		}
	}
	return nil
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s did not come", what)
		case <-tick.C:
		}
	}
}

// failure returns what the service reported as fatal.
func failure(t *testing.T, s *Service) error {
	t.Helper()
	select {
	case err := <-s.Failed():
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("no failure was reported")
		return nil
	}
}

// files returns the names of the files of a directory, not those below it, that
// match the pattern.
func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	must(t, err)
	return names
}

// damage flips some bits of a file at a fraction of its size.
func damage(t *testing.T, path string, at float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	for i := int(float64(len(data)) * at); i < len(data) && i < int(float64(len(data))*at)+4; i++ {
		data[i] ^= 0x5a
	}
	// Not in place: the file may be linked from a copy.
	must(t, os.WriteFile(path+".new", data, 0o600))
	must(t, os.Rename(path+".new", path))
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}
