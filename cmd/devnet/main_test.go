package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long the network may take to live.
const patience = 2 * time.Minute

// output collects what is printed, while it is being printed.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// lines counts the lines of a node's log with a message.
func (o *output) lines(node, message string) (count int) {
	for line := range strings.Lines(o.String()) {
		if strings.HasPrefix(line, node) && strings.Contains(line, message) {
			count++
		}
	}
	return count
}

// Three processes find each other and mine, and all of them stop in order when the
// command is told to.
func TestDevnet(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs processes")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "monolith")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../node").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	base := 20000 + rand.IntN(900)*10 // below the ports that systems hand out
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out output
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{
			"-bin", binary, "-dir", filepath.Join(dir, "data"),
			"-rpc", fmt.Sprint(base), "-metrics", fmt.Sprint(base + 3), "-p2p", fmt.Sprint(base + 6),
		}, &out)
	}()
	alive := func() bool {
		return out.lines("node1", "Peer connected") >= 2 && out.lines("node2", "Peer connected") >= 2 &&
			out.lines("node2", "Block found")+out.lines("node3", "Block found") > 0 && out.lines("node1", "Block found") == 0
	}
	ticker, over := time.NewTicker(20*time.Millisecond), time.After(patience)
	defer ticker.Stop()
	for !alive() {
		select {
		case err := <-ended:
			t.Fatalf("ended early: %v\n%s", err, out.String())
		case <-over:
			t.Fatalf("not alive within %v:\n%s", patience, out.String())
		case <-ticker.C:
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	for i := range 3 {
		if out.lines(name(i), "INFO  Stopped  ") != 1 {
			t.Errorf("%s did not stop in order:\n%s", name(i), out.String())
		}
	}
}

// The end of one node is the end of all, and says which it was.
func TestNodeThatEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("runs processes")
	}
	var out output
	err := run(t.Context(), []string{"-bin", "false", "-nodes", "2", "-miners", "1", "-dir", t.TempDir()}, &out)
	if err == nil || !strings.Contains(err.Error(), "node1: exit status 1") && !strings.Contains(err.Error(), "node2: exit status 1") {
		t.Errorf("got %v", err)
	}
}

func TestArgumentsThatMakeNoNetwork(t *testing.T) {
	for _, args := range [][]string{{"-nodes", "0"}, {"-nodes", "2", "-miners", "2"}, {"-miners", "-1"}, {"-nodes", "x"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
