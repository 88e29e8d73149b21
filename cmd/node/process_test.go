package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/monolith-chain/monolith/config"
)

// From an empty directory to a mined transaction that came over HTTP, and down
// again in reverse order.
func TestNode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startNode(t, "--datadir", dir, "--index.addresses")
	client := p.client()
	if id, err := client.ChainID(t.Context()); err != nil || id.Uint64() != config.DevnetChainID {
		t.Fatalf("chain id %v, %v", id, err)
	}
	receipt := send(t, client, devnetKey)
	balance, err := client.BalanceAt(t.Context(), config.DevAccounts()[9], nil)
	if err != nil || balance.Cmp(config.Ether(10_001)) != 0 {
		t.Errorf("balance %v, %v", balance, err)
	}
	head, err := client.HeaderByNumber(t.Context(), receipt.BlockNumber)
	if err != nil || head.Hash() != receipt.BlockHash {
		t.Errorf("header %v, %v", head, err)
	}

	expectServices(t, client.Client(), map[string]string{
		"db": "", "chain": "db", "txpool": "chain", "p2p": "db chain", "sync": "chain txpool p2p", "miner": "db chain txpool sync", "wallet": "",
		"addressindex": "db chain", "rpc": "db chain txpool p2p sync miner wallet addressindex", "monitor": "db chain p2p sync",
	})
	if name := networkName(t, client.Client()); name != "devnet" {
		t.Errorf("the network is called %q", name)
	}

	health := p.await("Serving metrics and health").text("url")
	code, stdout, stderr := call(t, "health", "--metrics.addr", strings.TrimPrefix(health, "http://"))
	if code != exitOK || !strings.Contains(stdout, "rpc      serving") {
		t.Errorf("health: exit code %d\n%s%s", code, stdout, stderr)
	}

	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != exitOK {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	started, stopped := p.fields("Starting service", "service"), p.fields("Stopped service", "service")
	want := []string{"db", "chain", "txpool", "p2p", "sync", "miner", "wallet", "addressindex", "rpc", "monitor"}
	if !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
	slices.Reverse(stopped)
	if !slices.Equal(stopped, want) {
		t.Errorf("stopped in the reverse order of %v, want %v", stopped, want)
	}
}

// expectServices compares what services were built from.
func expectServices(t *testing.T, client *rpc.Client, want map[string]string) {
	t.Helper()
	var services []struct {
		Name      string
		DependsOn []string
	}
	if err := client.CallContext(t.Context(), &services, "monolith_services"); err != nil {
		t.Fatal(err)
	}
	if len(services) != len(want) {
		t.Errorf("%d services, want %d", len(services), len(want))
	}
	for _, s := range services {
		if have := strings.Join(s.DependsOn, " "); have != want[s.Name] {
			t.Errorf("%s depends on %q, want %q", s.Name, have, want[s.Name])
		}
	}
}

// networkName is what the node tells strangers of its network.
func networkName(t *testing.T, client *rpc.Client) string {
	t.Helper()
	var status struct{ Name string }
	if err := client.CallContext(t.Context(), &status, "monolith_status"); err != nil {
		t.Fatal(err)
	}
	return status.Name
}

// A second signal ends the process at once, with another exit code.
func TestSecondSignal(t *testing.T) {
	p := start(t, "stubborn")
	p.await("ready")
	p.signal(syscall.SIGINT)
	p.await("stopping")
	eventually(t, "end of the process", func(context.Context) (bool, error) {
		_ = p.cmd.Process.Signal(syscall.SIGINT) // until one is no echo of the first
		select {
		case <-p.ended:
			return true, nil
		default:
			return false, nil
		}
	})
	if code := p.exit(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
}

// A signal that arrives twice at once, as through timeout, is one signal.
func TestSignalWithItsEcho(t *testing.T) {
	p := startNode(t, "--dev")
	p.await("JSON-RPC ready")
	p.signal(syscall.SIGINT)
	_ = p.cmd.Process.Signal(syscall.SIGINT) // it may have ended already
	if code := p.exit(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// A port that is taken is told in the last line, and what was open is closed.
func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, flags := range [][]string{{"--http.port", port}, {"--metrics.addr", listener.Addr().String()}} {
		p := startNode(t, append([]string{"--dev"}, flags...)...)
		if code := p.exit(); code != exitFailure {
			t.Errorf("%v: exit code %d", flags, code)
		}
		lines := p.lines()
		last := lines[len(lines)-1]
		if last.text("level") != "error" || !strings.Contains(last.text("err"), "address already in use") || !strings.Contains(last.text("err"), port) {
			t.Errorf("%v: the last line is %v", flags, last)
		}
		if !slices.Contains(p.fields("Stopped service", "service"), "db") {
			t.Errorf("%v: the database was not closed", flags)
		}
	}
}

// Two nodes cannot share a data directory.
func TestDataDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	first := startNode(t, "--dev", "--datadir", dir)
	first.await("JSON-RPC ready")
	second := startNode(t, "--dev", "--datadir", dir)
	if code := second.exit(); code != exitFailure {
		t.Errorf("exit code %d", code)
	}
	lines := second.lines()
	if last := lines[len(lines)-1]; !strings.Contains(last.text("err"), dir) {
		t.Errorf("the last line is %v", last)
	}
	first.mustStop()
}

// The head that was told over RPC is the head again after a kill -9, with its
// transactions and the account's nonce.
func TestKillKeepsTheHead(t *testing.T) {
	dir := t.TempDir()
	var last *types.Receipt
	for round := range 3 {
		p := startNode(t, "--dev", "--datadir", dir)
		client := p.client()
		if last != nil {
			head, err := client.BlockNumber(t.Context())
			if err != nil || head < last.BlockNumber.Uint64() {
				t.Fatalf("round %d: head %d after block %v was told (%v)", round, head, last.BlockNumber, err)
			}
			again, err := client.TransactionReceipt(t.Context(), last.TxHash)
			if err != nil || again.BlockHash != last.BlockHash {
				t.Fatalf("round %d: receipt %v, %v", round, again, err)
			}
		}
		for range 20 {
			last = send(t, client, devnetKey)
		}
		p.signal(syscall.SIGKILL)
		p.exit()
	}
}

// A network of one's own: init keeps its genesis, run needs only the directory.
func TestOwnNetwork(t *testing.T) {
	dir, genesis := t.TempDir(), filepath.Join(t.TempDir(), "genesis.json")
	if code, _, stderr := call(t, "genesis", "new", "--chainid", "77001", "--instant", "--fund.dev", "--out", genesis); code != exitOK {
		t.Fatal(stderr)
	}
	setup := start(t, "node", "--log.format", "json", "init", "--datadir", dir, genesis)
	if code := setup.exit(); code != exitOK {
		t.Fatalf("init: exit code %d", code)
	}
	p := startNode(t, "--datadir", dir, "--mine", "--miner.etherbase", config.DevAccounts()[1].Hex())
	client := p.client()
	if id, err := client.ChainID(t.Context()); err != nil || id.Uint64() != 77001 {
		t.Errorf("chain id %v, %v", id, err)
	}
	if name := networkName(t, client.Client()); name != "private network" {
		t.Errorf("the network is called %q", name)
	}
	if receipt := send(t, client, devnetKey); receipt.BlockNumber.Uint64() != 1 {
		t.Errorf("mined in block %v", receipt.BlockNumber)
	}
	p.mustStop()

	// Another network does not get into the directory.
	other := startNode(t, "--datadir", dir, "--network", "devnet")
	if code := other.exit(); code != exitFailure {
		t.Errorf("exit code %d with another network", code)
	}
	if errs := other.fields("Exiting after a failure", "err"); len(errs) != 1 || !strings.Contains(errs[0], "config.chainId (77001 there, 4004 here)") {
		t.Errorf("told: %v", errs)
	}
}

// What export writes import reads: the same head, and the same file again.
func TestExportImport(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	p := startNode(t, "--dev", "--datadir", from)
	client := p.client()
	var hash common.Hash
	for range 5 {
		hash = send(t, client, otherDevKey).BlockHash
	}
	p.mustStop()

	files := t.TempDir()
	run := func(args ...string) *process {
		t.Helper()
		p := start(t, "node", append([]string{"--dev", "--log.format", "json"}, args...)...)
		if code := p.exit(); code != exitOK {
			t.Fatalf("%v: exit code %d", args, code)
		}
		return p
	}
	plain, zipped := filepath.Join(files, "chain"), filepath.Join(files, "chain.gz")
	run("export", "--datadir", from, plain)
	run("export", "--datadir", from, zipped)

	// A file that was cut short is told as such, and does no harm to the import
	// of the whole one.
	whole, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(files, "short")
	if err := os.WriteFile(short, whole[:len(whole)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	cut := start(t, "node", "--dev", "--log.format", "json", "import", "--datadir", to, short)
	if code := cut.exit(); code != exitFailure {
		t.Errorf("exit code %d for a file that was cut short", code)
	}
	if errs := cut.fields("Exiting after a failure", "err"); len(errs) != 1 || !strings.Contains(errs[0], "cut short") {
		t.Errorf("told: %v", errs)
	}

	got := run("import", "--datadir", to, zipped).await("Imported blocks")
	if got.text("hash") != hash.Hex() {
		t.Errorf("imported head %v, want %s", got, hash)
	}
	again := filepath.Join(files, "again")
	run("export", "--datadir", to, again)
	have, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, whole) {
		t.Errorf("%d bytes exported after the import, %d before", len(have), len(whole))
	}
	run("import", "--datadir", to, plain) // once more: nothing to do

	refused := start(t, "node", "--dev", "--log.format", "json", "export", "--datadir", from, plain)
	if code := refused.exit(); code != exitFailure {
		t.Errorf("exit code %d for a file that exists", code)
	}
	if _, err := os.Stat(plain + ".partial"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an unfinished file is left: %v", err)
	}
}
