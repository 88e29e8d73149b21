package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/config"
)

// roleVariable makes a process of this test binary play a part instead of
// testing: the tests below run main in processes of its own, with the race
// detector if they have it.
const roleVariable = "MAIN_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "node":
		main()
	case "stubborn": // a node whose orderly stop never ends
		ctx, _ := withSignals(context.Background())
		fmt.Fprintln(os.Stderr, `{"msg":"ready"}`)
		<-ctx.Done()
		fmt.Fprintln(os.Stderr, `{"msg":"stopping"}`)
		select {}
	}
}

const (
	patience    = time.Minute // for anything that a process is awaited to do
	devnetKey   = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	otherDevKey = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
)

// line is one line of a process's log.
type line map[string]any

func (l line) text(key string) string { return fmt.Sprint(l[key]) }

// process is this binary, running as a child.
type process struct {
	t   *testing.T
	cmd *exec.Cmd

	// mu guards the log.
	mu    sync.Mutex
	log   []line
	raw   []string
	more  chan struct{} // closed and replaced at each line
	ended chan struct{} // closed when the process and its log have
}

// start runs a role with arguments.
func start(t *testing.T, role string, args ...string) *process {
	t.Helper()
	return startIn(t, "", role, args...)
}

// startIn runs a role with arguments in the named network namespace, if any.
func startIn(t *testing.T, namespace, role string, args ...string) *process {
	t.Helper()
	if testing.Short() {
		t.Skip("runs processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := append([]string{self}, args...)
	if namespace != "" {
		command = append([]string{"ip", "netns", "exec", namespace}, command...) // replaces itself by the command
	}
	p := &process{t: t, cmd: exec.Command(command[0], command[1:]...), more: make(chan struct{}), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), roleVariable+"="+role, "HOME="+t.TempDir())
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(stderr)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // most have ended already
		<-p.ended
		if t.Failed() {
			t.Logf("log of %v:\n%s", args, strings.Join(p.raw, "\n"))
		}
	})
	return p
}

// startNode runs a node on free ports, with its log in JSON.
func startNode(t *testing.T, args ...string) *process {
	t.Helper()
	return start(t, "node", append([]string{
		"--http.port", "0", "--metrics.addr", "127.0.0.1:0", "--log.format", "json", "--ipcdisable", "--miner.cpu", "1",
		"--p2p.addr", "127.0.0.1", "--p2p.port", "0", "--nat=false",
	}, args...)...)
}

func (p *process) read(stderr io.Reader) {
	scanner := bufio.NewScanner(stderr)
	for scanner.Scan() {
		entry := make(line)
		_ = json.Unmarshal(scanner.Bytes(), &entry) // not all of it is a log
		p.mu.Lock()
		p.raw = append(p.raw, scanner.Text())
		p.log = append(p.log, entry)
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
	_ = p.cmd.Wait() // the exit code is asked for by exit
	close(p.ended)
}

// await returns the first line with the message, waiting for it.
func (p *process) await(message string) line {
	p.t.Helper()
	timeout := time.After(patience)
	for next := 0; ; {
		p.mu.Lock()
		for ; next < len(p.log); next++ {
			if p.log[next].text("msg") == message {
				defer p.mu.Unlock()
				return p.log[next]
			}
		}
		more := p.more
		p.mu.Unlock()
		select {
		case <-more:
		case <-p.ended:
			if next == len(p.lines()) {
				p.t.Fatalf("the process ended without %q", message)
			}
		case <-timeout:
			p.t.Fatalf("no %q within %s", message, patience)
		}
	}
}

func (p *process) lines() []line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

// messages returns a field of all lines with a message, in order.
func (p *process) fields(message, key string) []string {
	var found []string
	for _, l := range p.lines() {
		if l.text("msg") == message {
			found = append(found, l.text(key))
		}
	}
	return found
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// exit waits for the end and returns the exit code, -1 after a SIGKILL.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatal("the process does not end")
		return 0
	}
}

// mustStop ends a node with SIGINT and checks that it went in order.
func (p *process) mustStop() {
	p.t.Helper()
	p.signal(syscall.SIGINT)
	if code := p.exit(); code != exitOK {
		p.t.Fatalf("exit code %d after SIGINT", code)
	}
}

// client connects to a node's JSON-RPC over HTTP.
func (p *process) client() *ethclient.Client {
	p.t.Helper()
	client, err := ethclient.Dial(p.await("JSON-RPC ready").text("url"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(client.Close)
	return client
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, yes func(ctx context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := yes(ctx)
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: not within %s (%v)", what, patience, err)
		}
	}
}

// send transfers an ether from a devnet account and waits for the receipt.
func send(t *testing.T, client *ethclient.Client, hexKey string) *types.Receipt {
	t.Helper()
	key, err := crypto.HexToECDSA(hexKey)
	if err != nil {
		t.Fatal(err)
	}
	from, to := crypto.PubkeyToAddress(key.PublicKey), config.DevAccounts()[9]
	chainID, err := client.ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := client.PendingNonceAt(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(chainID), &types.DynamicFeeTx{
		ChainID: chainID, Nonce: nonce, To: &to, Value: big.NewInt(params.Ether), Gas: 21000,
		GasFeeCap: big.NewInt(10 * params.GWei), GasTipCap: big.NewInt(params.GWei),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	var receipt *types.Receipt
	eventually(t, "receipt", func(ctx context.Context) (bool, error) {
		receipt, err = client.TransactionReceipt(ctx, tx.Hash())
		return err == nil, err
	})
	if receipt.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("transfer failed: %+v", receipt)
	}
	return receipt
}

// From an empty directory to a mined transaction that came over HTTP, and down
// again in reverse order.
func TestNode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startNode(t, "--datadir", dir)
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
	want := []string{"db", "chain", "txpool", "p2p", "sync", "miner", "rpc", "monitor"}
	if !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
	slices.Reverse(stopped)
	if !slices.Equal(stopped, want) {
		t.Errorf("stopped in the reverse order of %v, want %v", stopped, want)
	}
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
