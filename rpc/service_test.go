package rpc

import (
	"errors"
	"math/big"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/registry"
)

func TestLifecycle(t *testing.T) {
	n := newNode(t)
	s, err := New(n.config())
	n.check(err)
	if err := s.Status(); !errors.Is(err, registry.ErrStarting) {
		t.Errorf("before Start: %v", err)
	}
	s.Start()
	s.Start()
	n.check(s.Status())
	if _, err := ask(t, n.dial("http://"+s.Addr().String()), "eth_chainId"); err != nil {
		t.Error(err)
	}
	var stops sync.WaitGroup
	for range 3 {
		stops.Go(func() { n.check(s.Stop()) })
	}
	stops.Wait()
	if err := s.Status(); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("after Stop: %v", err)
	}
	s.Start() // too late, and harmless
}

func TestStopWithoutStart(t *testing.T) {
	n := newNode(t)
	s, err := New(n.config())
	n.check(err)
	address := s.Addr().String()
	n.check(s.Stop())
	listener, err := net.Listen("tcp", address) // the port is free again
	n.check(err)
	n.check(listener.Close())
}

func TestPortInUse(t *testing.T) {
	n := newNode(t)
	taken, ok := n.rpc.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(n.rpc.Addr())
	}
	_, err := New(n.config(func(cfg *Config) { cfg.Port = taken.Port }))
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "address already in use") || !strings.Contains(err.Error(), "--http.port") {
		t.Errorf("error %v", err)
	}
}

// TestNothingLeft: after Stop no goroutine of the service or of go-ethereum's parts
// that it uses is left, whatever clients were doing.
func TestNothingLeft(t *testing.T) {
	t.Run("node", func(t *testing.T) {
		n := newNode(t)
		n.subscribe(n.dialWS(), "newHeads")
		n.subscribe(n.dialWS(), "newPendingTransactions")
		get[string](n, "eth_newBlockFilter")
		get[string](n, "eth_newFilter", map[string]any{})
		n.mine(n.transfer(1))
		n.check(n.rpc.Stop())
		if left := goroutines("rpc.(*Service)", "rpc.(*conn)", "rpc.(*filterAPI)", "rpc.install", "rpc.subscribe["); left != "" {
			t.Error(left)
		}
	})
	// These have no owner to wait for them.
	await(t, "go-ethereum's loops have ended", func() bool {
		return goroutines("filters.(*EventSystem)", "gasprice.NewOracle", "rpc.subscribeHeads", "rpc.(*handler)") == ""
	})
}

// goroutines returns the stacks with one of the names.
func goroutines(names ...string) (found string) {
	buffer := make([]byte, 4<<20)
	for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		for _, name := range names {
			if strings.Contains(stack, name) && !strings.Contains(stack, "rpc.goroutines") {
				found += stack + "\n\n"
				break
			}
		}
	}
	return found
}

// faulty is a chain with a bug.
type faulty struct{ Chain }

func (faulty) FinalizedHeader() *types.Header { panic("a bug") }

// SafeHeader is one whose JSON cannot be made.
func (faulty) SafeHeader() *types.Header { return &types.Header{Number: nil} }

// TestPanic: one in a handler, or in the encoding of its answer, costs its request
// alone.
func TestPanic(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Chain = faulty{cfg.Chain} })
	client := n.dialWS()
	for range 2 {
		_, err := ask(t, client, "eth_getHeaderByNumber", "finalized")
		wantError(t, err, -32603, "method handler crashed")
		_, err = ask(t, client, "eth_getHeaderByNumber", "safe")
		wantError(t, err, -32603, "answer cannot be encoded")
		_, err = n.ask("eth_getHeaderByNumber", "finalized")
		wantError(t, err, -32603, "method handler crashed")
		if _, err := ask(t, client, "eth_chainId"); err != nil {
			t.Error(err)
		}
	}
}

// TestWithoutMiner: "pending" is then the head.
func TestWithoutMiner(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Miner = nil })
	n.mine(n.transfer(1))
	if got := get[map[string]any](n, "eth_getBlockByNumber", "pending", false)["number"]; got != "0x1" {
		t.Errorf("pending block %v", got)
	}
	if got := get[string](n, "eth_getBalance", stranger, "pending"); got != "0x1" {
		t.Errorf("pending balance %v", got)
	}
	if receipts := get[[]any](n, "eth_getBlockReceipts", "pending"); len(receipts) != 1 {
		t.Errorf("pending receipts %v", receipts)
	}
	_, err := n.ask("eth_coinbase")
	wantError(t, err, codeServer, "etherbase must be explicitly specified")
	if get[bool](n, "eth_mining") || get[string](n, "eth_hashrate") != "0x0" {
		t.Error("mining without a miner")
	}
}

func TestValidate(t *testing.T) {
	n := newNode(t)
	for want, change := range map[string]func(*Config){
		"no chain":                        func(cfg *Config) { cfg.Chain = nil },
		"no transaction pool":             func(cfg *Config) { cfg.Pool = nil },
		"no logger":                       func(cfg *Config) { cfg.Log = nil },
		"WebSocket needs the HTTP server": func(cfg *Config) { cfg.HTTP = false },
		"--http.port 70000 is not a port": func(cfg *Config) { cfg.Port = 70000 },
		"--http.addr is empty":            func(cfg *Config) { cfg.Addr = "" },
		"--http.api is empty: choose from debug, eth, monolith, net":          func(cfg *Config) { cfg.API = nil },
		"--http.api admin: that namespace is only served over IPC":            func(cfg *Config) { cfg.API = []string{"eth", "admin"} },
		"--http.api shh: no such namespace, choose from debug, eth":           func(cfg *Config) { cfg.API = []string{"shh"} },
		"--rpc.http-body-limit must be positive":                              func(cfg *Config) { cfg.Limits.Body = 0 },
		"--rpc.filter-timeout must be positive":                               func(cfg *Config) { cfg.Limits.FilterTimeout = 0 },
		"--rpc.evmtimeout, --rpc.txfeecap or --rpc.logquerylimit is negative": func(cfg *Config) { cfg.Limits.EVMTimeout = -1 },
		"gas price oracle: blocks below 1 or percentile not from 0 to 100":    func(cfg *Config) { cfg.GasPrice.Percentile = 101 },
		"gas price oracle: --gpo.mintip is negative or above the highest tip": func(cfg *Config) { cfg.GasPrice.MinTip = big.NewInt(-1) },
		"no chain\nno transaction pool\nno logger":                            func(cfg *Config) { cfg.Chain, cfg.Pool, cfg.Log = nil, nil, nil },
	} {
		if _, err := New(n.config(change)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	n.check(n.config().Validate())
}

// TestGasPriceFollows: suggestions rise with what is paid, never fall below the least,
// and with none at zero are geth's.
func TestGasPriceFollows(t *testing.T) {
	n := newNode(t)
	pay := func(tip *big.Int) {
		for range 3 {
			n.mine(n.tx(1, types.DynamicFeeTx{To: &stranger, Gas: 21000, GasFeeCap: dear, GasTipCap: tip}))
		}
	}
	suggested := func() string { return get[string](n, "eth_maxPriorityFeePerGas") }
	if suggested() != "0x3b9aca00" {
		t.Errorf("on an empty chain %s", suggested())
	}
	pay(big.NewInt(3e9))
	if suggested() != "0xb2d05e00" {
		t.Errorf("when 3 gwei are paid %s", suggested())
	}
	exact := n.dial("http://" + n.serve(func(cfg *Config) { cfg.GasPrice.MinTip = new(big.Int) }).Addr().String())
	for range 14 {
		pay(common.Big3)
	}
	if suggested() != "0x3b9aca00" {
		t.Errorf("when 3 wei are paid %s", suggested())
	}
	if tip, err := ask(t, exact, "eth_maxPriorityFeePerGas"); err != nil || string(tip) != `"0x3"` {
		t.Errorf("without a least %s, %v", tip, err)
	}
}
