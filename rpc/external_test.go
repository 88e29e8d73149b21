package rpc

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"

	"github.com/monolith-chain/monolith/miner"
)

// digger is an external miner with its log.
type digger struct {
	*logrustest.Hook
	stop func()
}

// dig starts an external miner, which ends with the test at the latest.
func dig(t testing.TB, url string, change ...func(*miner.ExternalConfig)) *digger {
	t.Helper()
	log, hook := logrustest.NewNullLogger()
	cfg := miner.ExternalConfig{URL: url, Threads: 1, CPU: 1, Log: log}
	for _, f := range change {
		f(&cfg)
	}
	x, err := miner.NewExternal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { x.Run(ctx) })
	d := &digger{hook, func() { cancel(); group.Wait() }}
	t.Cleanup(d.stop)
	return d
}

// entries are the lines with a message.
func (d *digger) entries(message string) (found []*logrus.Entry) {
	for _, entry := range d.AllEntries() {
		if entry.Message == message {
			found = append(found, entry)
		}
	}
	return found
}

func (n *node) url() string { return "http://" + n.rpc.Addr().String() }

// TestExternal: an external miner makes all blocks, over each kind of connection.
func TestExternal(t *testing.T) {
	dir := t.TempDir()
	secret, socket := filepath.Join(dir, "jwt"), filepath.Join(dir, "ipc")
	n := newNode(t, withAuth(secret), func(cfg *Config) { cfg.IPCPath = socket })
	n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled, s.Threads = true, 0 }))
	n.miner.Start()
	key, err := ReadSecret(secret)
	n.check(err)
	withToken := func(cfg *miner.ExternalConfig) { cfg.Auth = NewAuth(key) }
	for _, d := range []func() *digger{
		func() *digger { return dig(t, n.url()) },
		func() *digger { return dig(t, "ws://"+n.rpc.Addr().String()) },
		func() *digger { return dig(t, socket) },
		func() *digger { return dig(t, "http://"+n.rpc.AuthAddr().String(), withToken) },
		func() *digger { return dig(t, "ws://"+n.rpc.AuthAddr().String(), withToken) },
	} {
		digger := d()
		n.await("a block", func() bool { return len(digger.entries("Block found")) > 0 })
		digger.stop()
		line := digger.entries("Block found")[0].Data
		block := n.chain.GetBlockByNumber(line["number"].(uint64))
		if block == nil || line["hash"] != block.Hash() || block.Coinbase() != etherbase {
			t.Errorf("line %v, block %v", line, block)
		}
		if ended := digger.entries("Mining ended"); len(ended) != 1 || ended[0].Data["blocks"] != len(digger.entries("Block found")) {
			t.Errorf("the last line: %v", ended)
		}
	}
	foreign := dig(t, "http://"+n.rpc.AuthAddr().String(), func(cfg *miner.ExternalConfig) { cfg.Auth = NewAuth(make([]byte, secretSize)) })
	n.await("a refusal", func() bool { return len(foreign.entries("No work from the node")) > 0 })
	if text := fmt.Sprint(foreign.entries("No work from the node")[0].Data["err"]); !strings.Contains(text, "401 Unauthorized") {
		t.Error(text)
	}
}

// TestExternalMiners: two at once share a chain, of which every block is one of
// theirs.
func TestExternalMiners(t *testing.T) {
	n := newWorkshop(t)
	one, two := dig(t, n.url()), dig(t, n.url())
	n.await("blocks of both", func() bool {
		return len(one.entries("Block found")) > 0 && len(two.entries("Block found")) > 0
	})
	one.stop()
	two.stop()
	owner := make(map[common.Hash]bool)
	for _, entry := range append(one.entries("Block found"), two.entries("Block found")...) {
		owner[entry.Data["hash"].(common.Hash)] = true
	}
	for number := uint64(1); number <= n.head().NumberU64(); number++ {
		if hash := n.chain.GetCanonicalHash(number); !owner[hash] {
			t.Errorf("block %d, %v, is nobody's", number, hash)
		}
	}
}

// TestExternalReconnects: the node may come late, go, and come again; and what it lacks
// is told once.
func TestExternalReconnects(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	d := dig(t, fmt.Sprintf("ws://127.0.0.1:%d", port))
	noWork := func() int { return len(d.entries("No work from the node")) }
	awaitTrouble := func(n int, text string) {
		t.Helper()
		await(t, text, func() bool { return noWork() == n })
		if have := fmt.Sprint(d.entries("No work from the node")[n-1].Data["err"]); !strings.Contains(have, text) {
			t.Errorf("trouble %q, want %q", have, text)
		}
	}
	awaitTrouble(1, "connection refused")

	n := newNode(t, func(cfg *Config) { cfg.Port = port })
	n.miner.Start()
	awaitTrouble(2, "mining is off")
	n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled, s.Threads = true, 0 }))
	n.await("a block", func() bool { return len(d.entries("Block found")) > 0 })

	n.check(n.rpc.Stop())
	await(t, "the loss", func() bool { return noWork() > 2 })
	n.serve(func(cfg *Config) { cfg.Port = port })
	before := len(d.entries("Block found"))
	n.await("a block again", func() bool { return len(d.entries("Block found")) > before })
}

// TestExternalRefuses what cannot be.
func TestExternalRefuses(t *testing.T) {
	good := miner.ExternalConfig{URL: "http://127.0.0.1:8545", Threads: 1, CPU: 1, Log: discard()}
	for want, change := range map[string]func(*miner.ExternalConfig){
		"--threads must be from 1":   func(cfg *miner.ExternalConfig) { cfg.Threads = 0 },
		"--cpu must be above 0":      func(cfg *miner.ExternalConfig) { cfg.CPU = 1.5 },
		"--rpc is the URL of a node": func(cfg *miner.ExternalConfig) { cfg.URL = "" },
		"begins with http, https, w": func(cfg *miner.ExternalConfig) { cfg.URL = "127.0.0.1:8545" },
		"the path of its IPC socket": func(cfg *miner.ExternalConfig) { cfg.URL = "ftp://me:secret@host" },
		"no logger":                  func(cfg *miner.ExternalConfig) { cfg.Log = nil },
	} {
		cfg := good
		change(&cfg)
		if _, err := miner.NewExternal(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, have %v", want, err)
		}
	}
}

// TestExternalOfAStrangeNode: whatever answers, the miner says so and asks again.
func TestExternalOfAStrangeNode(t *testing.T) {
	for answer, want := range map[string]string{
		`null`:          "the node's answer is empty",
		`"work"`:        "not a mining job",
		`["0x1","0x2"]`: "not a mining job: 2 words",
		`["` + unknownHash + `","0xc0","` + unknownHash + `","0x1","0x0"]`: "the nonce would be at 0 of 1 bytes",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"result":%s}`, answer)
		}))
		d := dig(t, server.URL)
		await(t, "trouble", func() bool { return len(d.entries("No work from the node")) > 0 })
		if text := fmt.Sprint(d.entries("No work from the node")[0].Data["err"]); !strings.Contains(text, want) {
			t.Errorf("%s: %s", answer, text)
		}
		d.stop()
		server.Close()
	}
}
