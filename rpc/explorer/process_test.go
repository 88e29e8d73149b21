package explorer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// logTail is how many lines of a node's log a failed test shows.
const logTail = 20

// buildNode builds the program that is tested.
func buildNode(t *testing.T) string {
	t.Helper()
	// The folders are looked at so that go test knows on what its result depends, and does
	// not take one of an older program for one of this.
	if err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if name := entry.Name(); entry.IsDir() && (name == "bin" || len(name) > 2 && name[0] == '.') {
			return fs.SkipDir
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "monolith")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/node").CombinedOutput(); err != nil {
		t.Fatalf("build the node: %v\n%s", err, out)
	}
	return program
}

// node is the program, run with a data directory and at a port that stay the same when it
// is stopped and started again.
type node struct {
	t    *testing.T
	args []string // program first
	url  string
	rpc  *rpc.Client

	process *exec.Cmd  // nil while it is stopped
	ended   chan error // what came of the process, when it has ended
	log     []string   // to be read then
}

// startNode starts a node on free ports, which serves nothing but JSON-RPC and the page.
func startNode(t *testing.T, program string, args ...string) *node {
	t.Helper()
	n := &node{t: t, args: append([]string{
		program, "--datadir", t.TempDir(), "--log.format", "json", "--metrics=false", "--ipcdisable", "--p2p=false",
	}, args...)}
	t.Cleanup(n.kill)
	n.start("0")
	client, err := rpc.DialContext(t.Context(), n.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	n.rpc = client
	return n
}

// restart starts a node again that was stopped.
func (n *node) restart() {
	n.t.Helper()
	u, err := url.Parse(n.url)
	if err != nil {
		n.t.Fatal(err)
	}
	n.start(u.Port())
}

func (n *node) start(port string) {
	n.t.Helper()
	process := exec.Command(n.args[0], append(slices.Clone(n.args[1:]), "--http.port", port)...)
	process.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MONOLITH_") }), "HOME="+n.t.TempDir())
	stderr, err := process.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		n.t.Fatal(err)
	}
	ready, ended := make(chan string, 1), make(chan error, 1)
	n.process, n.ended = process, ended
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			n.log = append(n.log, lines.Text())
			var entry struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "JSON-RPC ready" {
				ready <- entry.URL
			}
		}
		ended <- process.Wait()
	}()
	select {
	case n.url = <-ready:
	case err := <-ended:
		n.process = nil
		n.t.Fatalf("the node ended before it was ready: %v\n%s", err, strings.Join(n.log, "\n"))
	case <-time.After(patience):
		n.t.Fatal("the node does not get ready")
	}
}

// stop ends the node in an orderly way.
func (n *node) stop() {
	n.t.Helper()
	if err := n.process.Process.Signal(syscall.SIGTERM); err != nil {
		n.t.Fatal(err)
	}
	select {
	case err := <-n.ended:
		n.process = nil
		if err != nil {
			n.t.Fatal(err)
		}
	case <-time.After(patience):
		n.t.Fatal("the node does not stop")
	}
}

func (n *node) kill() {
	if n.process == nil {
		return
	}
	_ = n.process.Process.Kill() // it may have ended already
	<-n.ended
	if n.t.Failed() {
		n.t.Logf("end of the node's log:\n%s", strings.Join(n.log[max(0, len(n.log)-logTail):], "\n"))
	}
}

// ask calls a method of the node.
func ask[T any](n *node, method string, params ...any) T {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	var result T
	if err := n.rpc.CallContext(ctx, &result, method, params...); err != nil {
		n.t.Fatalf("%s: %v", method, err)
	}
	return result
}

// mine makes blocks on a development chain.
func (n *node) mine(count int) {
	n.t.Helper()
	ask[any](n, "anvil_mine", count)
}

// send sends a transaction of the first development account and returns its hash.
func (n *node) send(tx map[string]any) string {
	n.t.Helper()
	tx["from"] = ask[[]string](n, "eth_accounts")[0]
	return ask[string](n, "eth_sendTransaction", tx)
}

// deploy deploys the contract Counter of package chaintest and returns its address.
func (n *node) deploy() string {
	n.t.Helper()
	hash := n.send(map[string]any{"data": "0x" + strings.TrimPrefix(chaintest.CounterCode(), "0x")})
	return ask[struct{ ContractAddress string }](n, "eth_getTransactionReceipt", hash).ContractAddress
}
