package rpc

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/miner"
)

// mining is a node that mines, asked over IPC.
type mining struct {
	*node
	local *rpc.Client
}

func newMining(t *testing.T) *mining {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ipc")
	n := newNode(t, func(cfg *Config) { cfg.IPCPath = path })
	n.miner.Start()
	return &mining{n, n.dial(path)}
}

// tell calls a method that answers true.
func (m *mining) tell(method string, params ...any) {
	m.t.Helper()
	var done bool
	m.check(m.local.CallContext(m.t.Context(), &done, method, params...))
	if !done {
		m.t.Errorf("%s is false", method)
	}
}

func (m *mining) status(want string) {
	m.t.Helper()
	var status json.RawMessage
	m.check(m.local.CallContext(m.t.Context(), &status, "miner_status"))
	if fault := contains(status, json.RawMessage(want)); fault != "" {
		m.t.Errorf("%s\nin %s", fault, status)
	}
}

func (m *mining) fails(code int, text, method string, params ...any) {
	m.t.Helper()
	wantError(m.t, m.local.CallContext(m.t.Context(), new(json.RawMessage), method, params...), code, text)
}

func TestMiner(t *testing.T) {
	m := newMining(t)
	m.status(fmt.Sprintf(`{"enabled":false,"mining":false,"trouble":"","threads":1,"cpu":1,"hashrate":"0x0","externalMiners":0,
		"externalHashrate":"0x0","etherbase":"%#x","extraData":"0x","gasLimit":"0x3938700","gasPrice":"0x0"}`, etherbase))

	m.tell("miner_setEtherbase", stranger)
	m.tell("miner_setExtra", "ours")
	m.tell("miner_setGasLimit", "0x1c9c380")
	m.tell("miner_setGasPrice", "0x7")
	m.tell("miner_setThreads", 0)
	m.tell("miner_setCPU", 0.5)
	m.status(fmt.Sprintf(`{"enabled":false,"threads":0,"cpu":0.5,"etherbase":"%#x","extraData":"0x6f757273","gasLimit":"0x1c9c380","gasPrice":"0x7"}`, stranger))

	m.tell("miner_start", 2)
	m.status(`{"enabled":true,"mining":true,"threads":2}`)
	m.await("a block", func() bool { return m.head().NumberU64() > 0 })
	if head := m.head(); head.Coinbase() != stranger || string(head.Extra()[:4]) != "ours" || head.GasLimit() >= m.chain.Genesis().GasLimit() {
		t.Errorf("coinbase %v, extra data %x, gas limit %d", head.Coinbase(), head.Extra(), head.GasLimit())
	}
	m.tell("miner_setEtherbase", etherbase)
	m.await("a block for another account", func() bool { return m.head().Coinbase() == etherbase })

	m.tell("miner_stop")
	m.status(`{"enabled":false,"mining":false,"threads":2}`)
	m.tell("miner_start")
	m.status(`{"enabled":true,"threads":2}`)
}

// TestMinerRefuses what the flags refuse, and keeps what was.
func TestMinerRefuses(t *testing.T) {
	m := newMining(t)
	m.tell("miner_setEtherbase", common.Address{})
	m.fails(codeServer, "no address to pay rewards to: set --miner.etherbase, or call miner_setEtherbase", "miner_start")
	m.tell("miner_setEtherbase", etherbase)
	m.fails(codeServer, "--miner.threads must be from 0 to 1024, have -1", "miner_setThreads", -1)
	m.fails(codeServer, "--miner.threads must be from 0 to 1024, have 1025", "miner_start", 1025)
	m.fails(codeServer, "--miner.cpu must be above 0", "miner_setCPU", 0)
	m.fails(codeServer, "--miner.gaslimit must be from 5000", "miner_setGasLimit", "0x0")
	m.fails(codeInvalidParams, "", "miner_setExtra", "more than twenty bytes")
	m.fails(codeInvalidParams, "", "miner_setExtra", "0xzz")
	m.fails(codeInvalidParams, "invalid argument 0", "miner_setGasPrice", "-0x1")
	m.fails(codeInvalidParams, "invalid argument 0", "miner_setEtherbase", "0x12")
	m.status(`{"enabled":false,"threads":1,"cpu":1,"extraData":"0x","gasLimit":"0x3938700"}`)
	m.tell("miner_start")
	m.fails(codeServer, "no address to pay rewards to", "miner_setEtherbase", common.Address{})
	m.status(fmt.Sprintf(`{"enabled":true,"etherbase":"%#x"}`, etherbase))
}

// TestMinerIsLocal: nobody tells the miner anything over the public port.
func TestMinerIsLocal(t *testing.T) {
	m := newMining(t)
	_, err := m.ask("miner_stop")
	wantError(t, err, -32601, "the method miner_stop does not exist")
	cfg := m.config(func(cfg *Config) { cfg.API = []string{"eth", "miner"} })
	if cfg.Validate() == nil {
		t.Error("--http.api miner was taken")
	}
}

// TestMinerChangesWhileItMines has everybody change everything at once.
func TestMinerChangesWhileItMines(t *testing.T) {
	m := newMining(t)
	m.tell("miner_start", 2)
	var group sync.WaitGroup
	for i, call := range []struct {
		method string
		params func(i int) any
	}{
		{"miner_setEtherbase", func(i int) any { return common.BigToAddress(common.Big1) }},
		{"miner_setExtra", func(i int) any { return fmt.Sprint(i) }},
		{"miner_setGasLimit", func(i int) any { return fmt.Sprintf("%#x", 10_000_000+i) }},
		{"miner_setGasPrice", func(i int) any { return fmt.Sprintf("%#x", i) }},
		{"miner_setThreads", func(i int) any { return i % 4 }},
		{"miner_setCPU", func(i int) any { return float64(i%10+1) / 10 }},
		{"miner_start", func(i int) any { return i % 3 }},
	} {
		group.Go(func() {
			for j := range 40 {
				if err := m.local.CallContext(t.Context(), new(bool), call.method, call.params(i+j)); err != nil {
					t.Error(err)
				}
				m.miner.Pending()
			}
		})
	}
	group.Wait()
	m.check(m.miner.Change(func(s *miner.Settings) { s.Threads, s.CPU = 1, 1 }))
	height := m.head().NumberU64()
	m.await("a block", func() bool { return m.head().NumberU64() > height })
	for number := uint64(1); number <= m.head().NumberU64(); number++ {
		if block := m.chain.GetBlockByNumber(number); block.Withdrawals()[0].Address != block.Coinbase() {
			t.Errorf("block %d pays %v, not its coinbase %v", number, block.Withdrawals()[0].Address, block.Coinbase())
		}
	}
}
