package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// startForStatus runs a development node that is asked over IPC.
func startForStatus(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := startNode(t, append([]string{"--dev", "--datadir", dir, "--ipcdisable=false"}, args...)...)
	p.await("JSON-RPC ready")
	return p
}

func TestStatus(t *testing.T) {
	dir := t.TempDir()
	node := startForStatus(t, dir)
	url := node.await("JSON-RPC ready").text("url")
	send(t, node.client(), devnetKey)

	code, stdout, stderr := call(t, "status", "--datadir", dir)
	for _, want := range []string{
		"network   dev, chain 1337, instant, genesis 0x",
		"node      anvil-compatible/Monolith/",
		"asked     at " + filepath.Join(dir, "monolith.ipc"),
		"head      1 0x",
		" old, 1 transaction, ",
		"chain     blocks on demand, safe at 0, final at 0",
		"sync      not needed",
		"pool      0 pending, 0 queued",
		"mining    without work, for 0x",
		"database  ", " in " + dir + ", ", " free\n",
		"memory    ",
		"services  8 serving: db chain txpool miner wallet addressindex rpc monitor",
		"peers     none",
	} {
		if code != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, want, stdout, stderr)
		}
	}
	if strings.Contains(stdout, "\x1b") {
		t.Errorf("colours outside of a terminal: %q", stdout)
	}

	// Over HTTP it is the same node, without what only its machine can tell.
	code, stdout, stderr = call(t, "status", "--rpc", url)
	if code != exitOK || !strings.Contains(stdout, "asked     at "+url+"\n") || !strings.Contains(stdout, "head      1 0x") || strings.Contains(stdout, "database") {
		t.Errorf("over HTTP: exit code %d\n%s%s", code, stdout, stderr)
	}
	// If nobody is where the settings say, the other door is tried, and told.
	port := url[strings.LastIndex(url, ":")+1:]
	missing := t.TempDir()
	code, stdout, stderr = call(t, "status", "--datadir", missing, "--http.port", port)
	if flat := strings.Join(strings.Fields(stdout), " "); code != exitOK || !strings.Contains(flat, "asked at "+url+", since nobody answers at "+missing+"/monolith.ipc (no such file or directory)") {
		t.Errorf("by the second door: exit code %d\n%s%s", code, stdout, stderr)
	}

	code, stdout, stderr = call(t, "status", "--json", "--datadir", dir)
	var answer struct {
		Endpoint string
		Status   struct{ Head struct{ Number string } }
		Services []struct{ Name, State string }
		Peers    []any
		Database struct{ Size, Free uint64 }
		Memory   uint64
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || code != exitOK {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if answer.Status.Head.Number != "0x1" || len(answer.Services) != 8 || answer.Peers == nil || answer.Database.Size == 0 || answer.Database.Free == 0 || answer.Memory < 1<<20 {
		t.Errorf("got %+v", answer)
	}
	node.mustStop()
}

// Who cannot be asked is told in one line.
func TestStatusRefused(t *testing.T) {
	closed := startNode(t, "--dev", "--http.explorer=false", "--http.api", "eth")
	url := closed.await("JSON-RPC ready").text("url")
	missing := filepath.Join(t.TempDir(), "none")
	for _, test := range []struct{ args, want string }{
		{"--datadir " + missing + " --http.port 1",
			"no node answers at " + missing + "/monolith.ipc (no such file or directory) or http://127.0.0.1:1 (connection refused): start one, or say where it is with --datadir or --rpc"},
		{"--watch --datadir " + missing + " --http=false", "no node answers at " + missing + "/monolith.ipc (no such file or directory): start one"},
		{"--ipcdisable --http=false", "neither IPC nor HTTP: name one with --rpc"},
		{"--rpc " + url, "what answers at " + url + " has no namespace monolith there: ask the node by its IPC socket"},
		{"--rpc localhost:8545", "--rpc is the URL of a node"},
		{"--rpc http://127.0.0.1:1 --jwtsecret /no/such/file", "open /no/such/file"},
		{"now", `unexpected argument "now"`},
	} {
		code, stdout, stderr := call(t, append([]string{"status"}, strings.Fields(test.args)...)...)
		if code != exitFailure || stdout != "" || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
	}
}

// lineReader returns lines as they come.
type lineReader struct {
	t     *testing.T
	lines chan string
}

func readLines(t *testing.T, r io.Reader) *lineReader {
	l := &lineReader{t, make(chan string, 1000)}
	go func() {
		defer close(l.lines)
		for scanner := bufio.NewScanner(r); scanner.Scan(); {
			l.lines <- scanner.Text()
		}
	}()
	return l
}

// await returns the first line that has a text in it, and those before it.
func (l *lineReader) await(text string) []string {
	l.t.Helper()
	var seen []string
	for timeout := time.After(patience); ; {
		select {
		case line, ok := <-l.lines:
			if seen = append(seen, line); strings.Contains(line, text) {
				return seen
			}
			if !ok {
				l.t.Fatalf("the end, without %q in %q", text, seen)
			}
		case <-timeout:
			l.t.Fatalf("no %q in %q", text, seen)
		}
	}
}

// A watch outside of a terminal writes a line for each change, and outlives the node.
func TestStatusWatchLines(t *testing.T) {
	dir := t.TempDir()
	node := startForStatus(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	var stderr bytes.Buffer
	go func() {
		code := realMain(ctx, []string{name, "status", "--watch", "--datadir", dir}, nil, in, &stderr)
		in.Close()
		ended <- code
	}()
	lines := readLines(t, out)
	lines.await("head 0 0x")
	client := node.client()
	for number := 1; number <= 3; number++ {
		send(t, client, devnetKey)
		if seen := lines.await(fmt.Sprintf("head %d 0x", number)); len(seen) != 1 {
			t.Errorf("more lines than changes: %q", seen)
		}
	}
	node.mustStop()
	lines.await("no ") // "no answer", or "no node answers"
	node = startForStatus(t, dir)
	lines.await("head 3 0x")
	cancel(errSignal)
	if code := <-ended; code != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
	node.mustStop()
}

var (
	escapes = regexp.MustCompile("\x1b\\[[?0-9;]*[a-zA-Z]")                // what terminals act upon
	lineEnd = regexp.MustCompile("\r?\n|\\^C|\x1b\\[H|\x1b\\[\\?1049[hl]") // where a line ends or another begins
)

// In a terminal of 80 columns a watch redraws its page, and Ctrl-C gives the
// terminal back.
func TestStatusInTerminal(t *testing.T) {
	script, err := exec.LookPath("script")
	if err != nil {
		t.Skip("script (util-linux) makes the terminal")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	node := startForStatus(t, dir)
	for _, test := range []struct {
		noColour string
		colour   bool
	}{{"", true}, {"1", false}} {
		command := exec.CommandContext(t.Context(), script, "-qec", "stty cols 80 rows 24; exec "+self+" status --watch --datadir "+dir, "/dev/null")
		command.Env = append(os.Environ(), roleVariable+"=node", "HOME="+dir, "TERM=xterm", "NO_COLOR="+test.noColour)
		keys, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := readLines(t, stdout)
		seen := lines.await("head ")
		number := send(t, node.client(), devnetKey).BlockNumber
		seen = append(seen, lines.await(fmt.Sprintf("%d 0x", number))...)
		if _, err := io.WriteString(keys, "\x03"); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, lines.await(leaveScreen)...)
		for line := range lines.lines {
			seen = append(seen, line)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
		all := strings.Join(seen, "\n")
		if strings.Count(all, enterScreen) != 1 || strings.Count(all, home) < 2 || strings.Contains(all, "\x1b[32m") != test.colour {
			t.Errorf("colour %v: got %q", test.colour, all)
		}
		for _, line := range lineEnd.Split(all, -1) {
			if line = escapes.ReplaceAllString(line, ""); utf8.RuneCountInString(line) > 80 {
				t.Errorf("%d columns: %q", utf8.RuneCountInString(line), line)
			}
		}
	}
	node.mustStop()
}

// Readiness follows the thresholds, and a health check does not.
func TestReadyThresholds(t *testing.T) {
	health := func(node *process, flags ...string) (int, string, string) {
		addr := strings.TrimPrefix(node.await("Serving metrics and health").text("url"), "http://")
		return call(t, append([]string{"health", "--metrics.addr", addr}, flags...)...)
	}
	// A development chain alone, whose head is as old as its genesis, is ready.
	alone := startNode(t, "--dev")
	if code, stdout, stderr := health(alone, "--ready"); code != exitOK || !strings.Contains(stdout, "headAge  kept") {
		t.Errorf("alone: exit code %d\n%s%s", code, stdout, stderr)
	}
	alone.mustStop()

	hub := startNode(t, "--datadir", "", "--mine=false", "--ready.peers", "1", "--ready.disk", "0", "--discovery=false")
	if code, _, stderr := health(hub); code != exitOK {
		t.Errorf("alive: exit code %d, %s", code, stderr)
	}
	code, stdout, stderr := health(hub, "--ready")
	if code != exitFailure || !strings.Contains(stdout, "peers    broken    0 peers, limit 1") ||
		!strings.Contains(stderr, "node is not ready: peers: 0 connected, --ready.peers asks for 1") {
		t.Errorf("without peers: exit code %d\n%s%s", code, stdout, stderr)
	}
}
