package chain_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
)

// reopen stops the chain and opens it again in the same directory.
func reopen(t *testing.T, n *network, s *chain.Service, dir string) *chain.Service {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.DB().Close(); err != nil {
		t.Fatal(err)
	}
	return start(t, n.config(openDB(t, dir)))
}

// open is start for a chain that the test stops itself.
func open(t *testing.T, n *network, dir string) *chain.Service {
	t.Helper()
	s, err := chain.New(t.Context(), n.config(openDB(t, dir)))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

func TestCleanStopKeepsEverything(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	blocks := n.Chain(n.Genesis(), 300, n.transfers(0))
	s := open(t, n, dir)
	insert(t, s, blocks)
	s = reopen(t, n, s, dir)
	wantHead(t, s, blocks[299])
	for _, number := range []int{0, 1, 50, 170, 171, 172, 173, 300} {
		header := s.GetHeaderByNumber(uint64(number))
		awaitNoError(t, func() error { // the history index catches up first
			statedb, err := s.StateOf(header)
			if err != nil {
				return err
			}
			if got := statedb.GetNonce(chaintest.Address(0)); got != uint64(number) {
				t.Errorf("nonce after block %d is %d", number, got)
			}
			return statedb.Error()
		})
	}
	if _, err := s.StateOf(n.Block(blocks[10], minedBy(4)(0)).Header()); err == nil {
		t.Error("state of an unknown block")
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := s.InsertBlocks(t.Context(), n.Chain(blocks[299], 1, nil)); !errors.Is(err, chain.ErrStopped) {
		t.Errorf("insertion after Stop: %v", err)
	}
}

const crashDir, crashGenesis, crashBlocks = "MONOLITH_CRASH_DIR", "MONOLITH_CRASH_TIME", "MONOLITH_CRASH_BLOCKS"

// TestMain is also the process that the crash test kills: it adds the blocks it is
// given and says so after each.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := addUntilKilled(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		select {} // wait for the signal
	}
	os.Exit(m.Run())
}

func addUntilKilled(dir string) error {
	t := new(panicTB)
	params := chaintest.Params()
	genesis := chaintest.Genesis(params)
	if _, err := fmt.Sscan(os.Getenv(crashGenesis), &genesis.Timestamp); err != nil {
		return err
	}
	n := &network{Builder: &chaintest.Builder{Params: params}, genesis: genesis}
	s, err := chain.New(context.Background(), n.config(openDB(t, dir)))
	if err != nil {
		return err
	}
	s.Start()
	fmt.Println("opened", s.CurrentBlock().Number)
	file, err := os.Open(os.Getenv(crashBlocks))
	if err != nil {
		return err
	}
	defer file.Close()
	stream := rlp.NewStream(file, 0)
	for {
		block := new(types.Block)
		if err := stream.Decode(block); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := s.InsertBlocks(context.Background(), types.Blocks{block}); err != nil {
			return err
		}
		fmt.Println("head", block.NumberU64())
	}
}

// panicTB lets the test's helpers run in the process that is killed.
type panicTB struct{ testing.TB }

func (*panicTB) Helper()           {}
func (*panicTB) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// TestKilledChainLosesNothing kills a process that adds blocks, twice while it
// adds them and once while it recovers, and expects each announced block.
func TestKilledChainLosesNothing(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	blocks := n.Chain(n.Genesis(), 420, n.transfers(0))
	path := filepath.Join(dir, "blocks.rlp")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks {
		if err := block.EncodeRLP(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	// run starts the process and kills it when it has said that it opened, or has
	// as its head, the given block or a later one: it goes on until it is killed.
	run := func(said string, atLeast uint64) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), crashDir+"="+dir, crashBlocks+"="+path,
			fmt.Sprintf("%s=%d", crashGenesis, n.genesis.Timestamp))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // says that it was killed
		}()
		for {
			var word string
			var number uint64
			if _, err := fmt.Fscanln(out, &word, &number); err != nil {
				t.Fatalf("the process ended early: %s %d %v", word, number, err)
			}
			if word == said && number >= atLeast {
				return
			}
		}
	}
	run("head", 200)
	run("opened", 200) // the recovery is complete, hardly anything else happened
	run("head", 400)

	s := start(t, n.config(openDB(t, dir)))
	wantAtLeast := func(number uint64) {
		t.Helper()
		head := s.CurrentBlock()
		if head.Number.Uint64() < number || head.Hash() != blocks[head.Number.Uint64()-1].Hash() || !s.HasState(head.Root) {
			t.Fatalf("head after the crash is block %d, want %d or later", head.Number, number)
		}
	}
	wantAtLeast(400)
	for _, block := range blocks[:400] {
		if receipts := s.GetReceiptsByHash(block.Hash()); len(receipts) != 1 || s.GetCanonicalHash(block.NumberU64()) != block.Hash() {
			t.Fatalf("block %d is not complete", block.NumberU64())
		}
	}
	insert(t, s, blocks)
	wantHead(t, s, blocks[419])
}

// TestRecoveryGivenUp cancels the context during the re-execution; the next start
// recovers all the same.
func TestRecoveryGivenUp(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	blocks := n.Chain(n.Genesis(), 60, n.transfers(0))
	s := open(t, n, dir)
	insert(t, s, blocks)
	lose(t, s)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg := n.config(openDB(t, dir))
	if _, err := chain.New(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if err := cfg.DB.Close(); err != nil {
		t.Fatal(err)
	}
	wantHead(t, start(t, n.config(openDB(t, dir))), blocks[59])
}

// TestHeadThatCannotBeRecovered damages the database, so that a block is missing
// below the head: the chain says so and goes on from the last complete one.
func TestHeadThatCannotBeRecovered(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	blocks := n.Chain(n.Genesis(), 60, n.transfers(0))
	s := open(t, n, dir)
	insert(t, s, blocks)
	lose(t, s)

	cfg := n.config(openDB(t, dir))
	rawdb.DeleteBody(cfg.DB, blocks[39].Hash(), 40)
	log, lines := logtest.NewNullLogger()
	cfg.Log = log
	s = start(t, cfg)
	if last := lines.AllEntries()[1]; last.Level != logrus.ErrorLevel || !strings.Contains(last.Message, "cannot be recovered") {
		t.Errorf("logged %v: %s", last.Level, last.Message)
	}
	head := s.CurrentBlock()
	if head.Number.Uint64() >= 40 || !s.HasState(head.Root) {
		t.Fatalf("head is block %d", head.Number)
	}
	// The blocks from elsewhere mend it.
	insert(t, s, blocks)
	wantHead(t, s, blocks[59])
}

// lose stops the chain and takes its journal away, which leaves the database as a
// crash would.
func lose(t *testing.T, s *chain.Service) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.DB().Delete([]byte("TrieJournal")); err != nil {
		t.Fatal(err)
	}
	if err := s.DB().Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherNetworksDatabase(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	s := open(t, n, dir)
	insert(t, s, n.Chain(n.Genesis(), 2, nil))
	past := s.GetHeaderByNumber(1).Time
	if err := errors.Join(s.Stop(), s.DB().Close()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*network)
		want   []string
	}{
		{"gas limit", func(n *network) { n.genesis.GasLimit++ }, []string{"gasLimit (60000000 there, 60000001 here)"}},
		{"chain id and gas limit", func(n *network) {
			n.genesis.Config.ChainID = big.NewInt(7)
			n.genesis.GasLimit++
		}, []string{"config.chainId (4242 there, 7 here)"}},
		{"rules", func(n *network) {
			n.Params.TargetInterval, n.Params.RewardGwei = 5, 1
			n.genesis.ExtraData = n.Params.GenesisExtra()
		}, []string{"config.pow.targetInterval (4 there, 5 here)", "config.pow.rewardGwei", "extraData"}},
		{"accounts", func(n *network) {
			delete(n.genesis.Alloc, chaintest.Address(1))
			n.genesis.Alloc[common.Address{1}] = types.Account{Balance: common.Big1}
		}, []string{"alloc (14 accounts there, 14 here, 2 differ)"}},
		{"forks in the past", func(n *network) { n.genesis.Config.BPO1Time = &past }, []string{"fork schedule", "BPO1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			params := chaintest.Params()
			other := &network{Builder: &chaintest.Builder{Params: params}, genesis: chaintest.Genesis(params)}
			other.genesis.Timestamp = n.genesis.Timestamp
			test.change(other)
			cfg := other.config(openDB(t, dir))
			defer cfg.DB.Close()
			_, err := chain.New(t.Context(), cfg)
			if !errors.Is(err, chain.ErrGenesisMismatch) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

// TestForkScheduledLater adds a fork in the future to an existing chain.
func TestForkScheduledLater(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	s := open(t, n, dir)
	blocks := n.Chain(n.Genesis(), 2, nil)
	insert(t, s, blocks)
	future := uint64(time.Now().Add(time.Hour).Unix())
	n.genesis.Config.BPO1Time = &future
	n.genesis.Config.BlobScheduleConfig.BPO1 = n.genesis.Config.BlobScheduleConfig.Prague
	wantHead(t, reopen(t, n, s, dir), blocks[1])
}

func TestConfigFaultsAreAllNamed(t *testing.T) {
	_, err := chain.New(t.Context(), chain.Config{CacheMB: -1})
	for _, want := range []string{"database", "Writable", "genesis", "parameters", "logger", "negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
