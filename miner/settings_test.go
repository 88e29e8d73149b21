package miner

import (
	"context"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
)

var otherBase = common.HexToAddress("0xee00000000000000000000000000000000000000")

// change applies a change that must be valid.
func (n *node) change(s *Service, change func(*Settings)) {
	n.t.Helper()
	if err := s.Change(change); err != nil {
		n.t.Fatal(err)
	}
}

// TestChange: each setting has its effect on the next payload, without waiting for
// the second to end.
func TestChange(t *testing.T) {
	n := newNode(t, bits(200))
	s := n.mining(nil)
	current := func() *job { return s.sealer.job.Load() }
	cheap := n.transfer(0, 0, params.GWei)
	n.add(cheap)
	for name, test := range map[string]struct {
		change func(*Settings)
		want   func(*job) bool
	}{
		"etherbase": {func(s *Settings) { s.Etherbase = otherBase }, func(j *job) bool { return j.header.Coinbase == otherBase }},
		"extra":     {func(s *Settings) { s.ExtraData = []byte("x") }, func(j *job) bool { return j.header.Extra[0] == 'x' && len(j.header.Extra) == 13 }},
		"gas limit": {func(s *Settings) { s.GasLimit = 10_000_000 }, func(j *job) bool { return j.header.GasLimit < n.genesis.GasLimit }},
		"gas price": {func(s *Settings) { s.GasPrice = big.NewInt(2 * params.GWei) }, func(j *job) bool { return j.payload.Empty() }},
	} {
		stale := n.work(s, common.Hash{})
		n.change(s, test.change)
		n.await(name, func() bool { j := current(); return j != nil && test.want(j) })
		n.await("the end of a job of before", func() bool {
			_, err := s.board.find(stale.ID)
			return errors.Is(err, ErrStaleWork)
		})
		if block, _, _ := s.Pending(); name == "etherbase" && block.Coinbase() != otherBase {
			t.Errorf("the pending block pays %v", block.Coinbase())
		}
	}
}

// TestChangeThreads: other threads, or busier ones, go on with the job there is.
func TestChangeThreads(t *testing.T) {
	n := newNode(t, bits(200))
	metrics := prometheus.NewRegistry()
	s := n.mining(func(cfg *Config) { cfg.Registerer = metrics })
	n.await("work", func() bool { return s.sealer.hashes.Load() > 0 })
	for _, threads := range []int{4, 1, 0, 2} {
		n.change(s, func(s *Settings) { s.Threads = threads })
		n.await("the threads", func() bool { return metric(t, metrics, "threads") == float64(threads) })
		before := s.sealer.hashes.Load()
		if threads > 0 {
			n.await("hashes", func() bool { return s.sealer.hashes.Load() > before+10*sealBatch })
		}
	}
	n.change(s, func(s *Settings) { s.Enabled = false })
	n.await("the end", func() bool { return metric(t, metrics, "threads") == 0 && s.sealer.job.Load() == nil })
	if s.Mining() || s.Status() != nil {
		t.Errorf("mining %v, status %v", s.Mining(), s.Status())
	}
	n.change(s, func(s *Settings) { s.Enabled = true })
	n.await("the threads again", func() bool { return metric(t, metrics, "threads") == 2 && s.sealer.job.Load() != nil })
}

// TestMiningOffWhilePaused: what hinders mining is no trouble when nobody wants it.
func TestMiningOffWhilePaused(t *testing.T) {
	n := newNode(t, easy())
	s := n.mining(func(cfg *Config) { cfg.Synced = func() bool { return false } })
	n.await("a pause", func() bool { return errors.Is(s.Status(), registry.ErrSyncing) })
	n.change(s, func(s *Settings) { s.Enabled = false })
	n.await("no pause", func() bool { return s.Status() == nil })
}

// TestCrewsRelieveEachOther loses nothing that the ones before have found.
func TestCrewsRelieveEachOther(t *testing.T) {
	n := newNode(t, bits(10))
	s := newThreads(t, 2, 1)
	payload := n.build(n.miner(nil))
	var group sync.WaitGroup
	for i := range 50 {
		j := jobFor(t, payload)
		s.set(j)
		s.employ(t.Context(), &group, i%3+1, 1)
		if found := <-s.found; found.job != j {
			t.Fatal("the solution of another job")
		}
	}
	s.dismiss()
	group.Wait()
}

func TestChangeRefuses(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	before := s.Settings()
	for name, change := range map[string]func(*Settings){
		"threads":   func(s *Settings) { s.Threads = -1 },
		"cpu":       func(s *Settings) { s.CPU = 2 },
		"etherbase": func(s *Settings) { s.Enabled, s.Etherbase = true, common.Address{} },
		"extra":     func(s *Settings) { s.ExtraData = make([]byte, 21) },
		"gas limit": func(s *Settings) { s.GasLimit = 1 },
		"gas price": func(s *Settings) { s.GasPrice.SetInt64(-1) },
		"one of two": func(s *Settings) {
			s.Threads, s.CPU = 7, -1
		},
	} {
		if s.Change(change) == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if after := s.Settings(); !after.samePayload(&before) || after.Threads != before.Threads || after.Enabled {
		t.Errorf("settings %+v, were %+v", after, before)
	}
	stop(t, s)
	if err := s.Change(func(*Settings) {}); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("error %v after the end", err)
	}
}

// TestChangesWhileMining has several people change everything while blocks come,
// which all must be valid.
func TestChangesWhileMining(t *testing.T) {
	n := newNode(t, easy())
	s := n.mining(nil)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for j := range 30 {
				if err := s.Change(func(s *Settings) {
					s.Enabled, s.Threads, s.CPU = j%7 != 6, (i+j)%3, float64(j%4+1)/4
					s.Etherbase, s.ExtraData = common.Address{byte(i + 1)}, []byte{byte(j)}
					s.GasLimit, s.GasPrice = uint64(50_000_000+j), big.NewInt(int64(i))
				}); err != nil {
					t.Error(err)
				}
				_, _, _ = s.Pending()
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, _ = s.Work(ctx, common.Hash{}) // there may be none
				cancel()
			}
		})
	}
	group.Wait()
	n.change(s, func(s *Settings) { s.Enabled, s.Threads, s.CPU, s.Etherbase = true, 1, 1, otherBase })
	n.await("a block of the last settings", func() bool { return n.chain.CurrentBlock().Coinbase == otherBase })
	stop(t, s)
	n.executeElsewhere()
}

// TestReportsChanges has one line for each time that mining is switched on or off.
func TestReportsChanges(t *testing.T) {
	n := newNode(t, bits(200))
	log, book := newLogBook()
	s := n.miner(func(cfg *Config) { cfg.Log = log })
	s.Start()
	for i := range 2 {
		n.change(s, func(s *Settings) { s.Enabled = true })
		n.await("start", func() bool { return len(book.lines("Mining started")) == i+1 })
		n.change(s, func(s *Settings) { s.Enabled = false })
		n.await("stop", func() bool { return len(book.lines("Mining stopped")) == i+1 })
	}
	if data := book.lines("Mining started")[0].Data; data["etherbase"] != etherbase || data["threads"] != 1 || data["interval"] != 4*time.Second {
		t.Errorf("line: %v", data)
	}
}
