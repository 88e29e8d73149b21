package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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
