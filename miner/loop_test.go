package miner

import (
	"context"
	"errors"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
)

// metric returns the value of a metric, for a histogram the number of samples.
func metric(t *testing.T, gatherer prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "monolith_miner_"+name {
			continue
		}
		m := family.GetMetric()[0]
		return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func TestMinesTransactions(t *testing.T) {
	n := newNode(t, easy())
	log, book := newLogBook()
	metrics := prometheus.NewRegistry()
	sealed := make(chan *types.Block, 100)
	s := n.mining(func(cfg *Config) {
		cfg.Threads, cfg.Log, cfg.Registerer = 2, log, metrics
		cfg.OnSealed = func(block *types.Block) {
			if ahead := time.Until(time.Unix(int64(block.Time()), 0)); ahead > time.Second {
				t.Errorf("block %d is stamped %v ahead of the clock", block.NumberU64(), ahead)
			}
			sealed <- block
		}
	})
	if !s.Mining() || s.Status() != nil || s.Etherbase() != etherbase {
		t.Errorf("mining %v, status %v, etherbase %v", s.Mining(), s.Status(), s.Etherbase())
	}
	<-sealed // an empty one
	tx := n.transfer(0, 0, params.GWei)
	n.add(tx)
	var block *types.Block
	for block == nil || len(block.Transactions()) == 0 {
		block = <-sealed
	}
	if block.Transactions()[0] != tx {
		t.Error("the block holds another transaction")
	}
	stop(t, s)
	n.executeElsewhere()

	if found := metric(t, metrics, "blocks_found_total"); found != float64(n.height()) {
		t.Errorf("%v blocks found, the chain has %d", found, n.height())
	}
	if threads := metric(t, metrics, "threads"); threads != 2 {
		t.Errorf("%v threads", threads)
	}
	lines := book.lines("Block found")
	if len(lines) != int(n.height()) {
		t.Fatalf("%d lines for %d blocks", len(lines), n.height())
	}
	data := lines[block.NumberU64()-1].Data
	if data["txs"] != 1 || data["gas"] != uint64(21000) || data["reward"] != "2" || data["fees"] != "0.000021" || data["hash"] != block.Hash() {
		t.Errorf("line: %v", data)
	}
	if len(book.lines("Mining started")) != 1 {
		t.Error("no line at the start")
	}
}

// TestPayloadIsRefreshed: the threads get a fresher stamp, and with it an easier
// target, every second, and paying transactions sooner.
func TestPayloadIsRefreshed(t *testing.T) {
	n := newNode(t, bits(200))
	s := n.mining(nil)
	current := func() *job { return s.sealer.job.Load() }
	n.await("work", func() bool { return current() != nil })
	first := current()
	n.await("fresher work", func() bool { return current() != first })
	second := current()
	if second.header.Time <= first.header.Time || second.target < first.target || second.header.Time > uint64(time.Now().Unix()) {
		t.Errorf("stamps %d, %d; targets %v, %v", first.header.Time, second.header.Time, first.target, second.target)
	}
	n.add(n.transfer(0, 0, params.GWei))
	n.await("work with the transaction", func() bool { return !current().payload.Empty() })
	if n.height() != 0 {
		t.Error("a block was found")
	}
}

// TestNewHeadReplacesTheWork has somebody else find the block that the miner is
// working on. Its thread is held before the first hash, so that it cannot win.
func TestNewHeadReplacesTheWork(t *testing.T) {
	n := newNode(t, easy())
	metrics := prometheus.NewRegistry()
	s := n.miner(func(cfg *Config) { cfg.Enabled, cfg.Registerer = true, metrics })
	s.sealer.now = func() time.Time {
		<-s.ctx.Done()
		return time.Now()
	}
	s.Start()
	n.await("work", func() bool { return s.sealer.job.Load() != nil })

	heads := make(chan core.ChainHeadEvent, 1)
	defer n.chain.SubscribeChainHeadEvent(heads).Unsubscribe()
	var announced, dropped, replaced time.Time
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		head := (<-heads).Header.Hash()
		announced = time.Now()
		for s.ctx.Err() == nil && replaced.IsZero() {
			j := s.sealer.job.Load()
			if dropped.IsZero() && (j == nil || j.header.ParentHash == head) {
				dropped = time.Now()
			}
			if j != nil && j.header.ParentHash == head {
				replaced = time.Now()
			}
			runtime.Gosched()
		}
	}()
	n.insert(n.build(n.miner(func(cfg *Config) { cfg.Etherbase = common.Address{0xee} })))
	select {
	case <-watched:
	case <-time.After(testPatience):
		t.Fatal("the old work goes on")
	}
	t.Logf("after the new head: old work dropped in %v, new work taken up in %v", dropped.Sub(announced), replaced.Sub(announced))
	if lost, found := metric(t, metrics, "blocks_lost_total"), metric(t, metrics, "blocks_found_total"); lost != 1 || found != 0 {
		t.Errorf("%v blocks lost, %v found", lost, found)
	}
}

func TestIdle(t *testing.T) {
	n := newNode(t, easy())
	metrics := prometheus.NewRegistry()
	s := n.mining(func(cfg *Config) { cfg.Idle, cfg.Registerer = time.Hour, metrics })
	n.await("a first look", func() bool { return metric(t, metrics, "payload_build_seconds") > 0 })
	for want := uint64(1); want <= 2; want++ {
		n.add(n.transfer(0, want-1, params.GWei))
		n.await("a block with the transaction", func() bool { return n.height() == want })
		builds := 1 + 2*float64(want) // for each transaction, and after each block
		n.await("a look at the new head", func() bool { return metric(t, metrics, "payload_build_seconds") >= builds })
	}
	stop(t, s)
	if n.height() != 2 {
		t.Errorf("%d blocks for 2 transactions", n.height())
	}
	if s.sealer.job.Load() != nil {
		t.Error("an empty payload is being sealed")
	}
}

func TestIdleEndsWithTime(t *testing.T) {
	n := newNode(t, easy())
	n.mining(func(cfg *Config) { cfg.Idle = 2 * time.Second })
	n.await("empty blocks", func() bool { return n.height() == 2 })
	first, second := n.chain.GetHeaderByNumber(1), n.chain.GetHeaderByNumber(2)
	if second.Time-first.Time < 2 {
		t.Errorf("empty blocks %d s apart", second.Time-first.Time)
	}
}

func TestPausesAndResumes(t *testing.T) {
	diskLow := errors.New("disk is nearly full")
	for name, obstacle := range map[string]error{"disk": diskLow, "sync": registry.ErrSyncing} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, easy())
			log, book := newLogBook()
			var now toggle
			now.set(obstacle)
			s := n.mining(func(cfg *Config) {
				cfg.Log = log
				if name == "disk" {
					cfg.Writable = now.get
				} else {
					cfg.Synced = func() bool { return now.get() == nil }
				}
			})
			n.await("a pause", func() bool { return s.Status() != nil })
			if !errors.Is(s.Status(), obstacle) || s.Mining() || n.height() != 0 {
				t.Errorf("status %v, mining %v, height %d", s.Status(), s.Mining(), n.height())
			}
			now.set(nil)
			n.await("a block", func() bool { return n.height() > 0 })
			if s.Status() != nil || !s.Mining() {
				t.Errorf("status %v, mining %v", s.Status(), s.Mining())
			}
			now.set(obstacle)
			n.await("another pause", func() bool { return s.Status() != nil })
			n.await("threads at rest", func() bool { return s.sealer.job.Load() == nil })
			if lines := len(book.lines("Mining paused")); lines != 2 {
				t.Errorf("%d lines about 2 pauses", lines)
			}
			if lines := len(book.lines("Mining resumed")); lines != 1 {
				t.Errorf("%d lines about resuming once", lines)
			}
		})
	}
}

// refusing is the chain, but for a fault that can be switched on.
type refusing struct {
	Chain
	fault *toggle
	asked chan struct{}
}

func (c refusing) InsertSealed(ctx context.Context, block *types.Block, receipts types.Receipts, statedb *state.StateDB) error {
	select {
	case c.asked <- struct{}{}:
	default:
	}
	if err := c.fault.get(); err != nil {
		return err
	}
	return c.Chain.InsertSealed(ctx, block, receipts, statedb)
}

func TestRefusedBlock(t *testing.T) {
	for name, rules := range map[string]*pow.Params{"network": easy(), "development": instant()} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, rules)
			log, book := newLogBook()
			refusal := errors.New("no such luck")
			var fault toggle
			fault.set(refusal)
			asked := make(chan struct{}, 1000)
			n.add(n.transfer(0, 0, params.GWei))
			s := n.mining(func(cfg *Config) {
				cfg.Chain, cfg.Log = refusing{n.chain, &fault, asked}, log
			})
			n.await("a refusal", func() bool { return s.Status() != nil })
			if !errors.Is(s.Status(), refusal) {
				t.Errorf("status %v", s.Status())
			}
			<-asked
			<-asked // tries again, after a pause
			fault.set(nil)
			n.await("a block", func() bool { return n.height() >= 1 })
			n.await("a clean status", func() bool { return s.Status() == nil })
			if lines := len(book.lines("Block was not taken")); lines > 3 {
				t.Errorf("%d errors were logged: no pause between the attempts", lines)
			}
		})
	}
}

// TestDiskFillsUp: the chain refuses a block because nothing can be written, which
// is a pause rather than a failure.
func TestDiskFillsUp(t *testing.T) {
	n := newNode(t, easy())
	log, book := newLogBook()
	full := errors.New("disk is nearly full")
	var disk toggle
	s := n.mining(func(cfg *Config) {
		cfg.Log, cfg.Writable = log, disk.get
		cfg.Chain = filling{n.chain, &disk, full}
	})
	n.await("a pause", func() bool { return errors.Is(s.Status(), full) })
	if s.Mining() || len(book.lines("Mining paused")) != 1 || len(book.lines("Block was not taken")) != 0 {
		t.Errorf("mining %v, log: %v", s.Mining(), book.AllEntries())
	}
	disk.set(nil)
	n.await("a block", func() bool { return n.height() >= 1 })
}

// filling is the chain on a disk that becomes full with the first block.
type filling struct {
	Chain
	disk *toggle
	full error
}

func (c filling) InsertSealed(ctx context.Context, block *types.Block, receipts types.Receipts, statedb *state.StateDB) error {
	if c.CurrentBlock().Number.Sign() == 0 && c.disk.once(c.full) {
		return c.full
	}
	return c.Chain.InsertSealed(ctx, block, receipts, statedb)
}

func TestDevelopmentMode(t *testing.T) {
	n := newNode(t, instant())
	metrics := prometheus.NewRegistry()
	s := n.mining(func(cfg *Config) { cfg.Registerer = metrics })
	n.await("a first look", func() bool { return metric(t, metrics, "payload_build_seconds") == 1 })
	if n.height() != 0 {
		t.Error("an empty block")
	}
	for nonce := range uint64(3) {
		n.add(n.transfer(0, nonce, params.GWei))
		n.await("a block", func() bool { return n.height() == nonce+1 })
	}
	var burst []*types.Transaction
	for nonce := range uint64(500) {
		burst = append(burst, n.transfer(1, nonce, params.GWei))
	}
	n.add(burst...)
	n.await("the burst", func() bool { return !n.pool.Has(burst[499].Hash()) })
	if n.height() != 4 {
		t.Errorf("a burst made %d blocks", n.height()-3)
	}
	if s.Hashrate() != 0 || metric(t, metrics, "threads") != 0 {
		t.Error("sealing threads in development mode")
	}
	stop(t, s)
	n.executeElsewhere()
}

// TestDevelopmentModeFullBlocks: what does not fit in one block comes in the next
// ones, without anybody sending more.
func TestDevelopmentModeFullBlocks(t *testing.T) {
	n := newNode(t, instant(), func(g *core.Genesis) { g.GasLimit = 50 * params.TxGas })
	n.mining(func(cfg *Config) { cfg.GasLimit = 50 * params.TxGas })
	var burst []*types.Transaction
	for nonce := range uint64(200) {
		burst = append(burst, n.transfer(0, nonce, params.GWei))
	}
	n.add(burst...)
	n.await("all transactions", func() bool { return n.height() >= 4 })
	included := 0
	for number := range n.height() {
		included += len(n.chain.GetBlockByNumber(number + 1).Transactions())
	}
	if included != 200 || n.height() != 4 {
		t.Errorf("%d transactions in %d blocks", included, n.height())
	}
}

func TestDevelopmentModeDoesNotSpin(t *testing.T) {
	n := newNode(t, instant())
	metrics := prometheus.NewRegistry()
	n.mining(func(cfg *Config) { cfg.GasPrice, cfg.Registerer = big.NewInt(params.GWei), metrics })
	builds := func() float64 { return metric(t, metrics, "payload_build_seconds") }
	n.await("a first look", func() bool { return builds() == 1 })
	n.add(n.transfer(0, 0, 1)) // pays too little for this miner
	n.await("a second look", func() bool { return builds() == 2 })
	n.add(n.transfer(1, 0, params.GWei))
	n.await("a block", func() bool { return n.height() == 1 })
	n.await("a look after it", func() bool { return builds() >= 4 })
	if builds() > 4 {
		t.Errorf("%v payloads were built", builds())
	}
	if n.height() != 1 {
		t.Errorf("%d blocks for one transaction", n.height())
	}
}

// TestDevelopmentModeLowersTheBaseFee: without empty blocks a transaction that
// cannot pay the base fee would wait for ever.
func TestDevelopmentModeLowersTheBaseFee(t *testing.T) {
	n := newNode(t, instant())
	n.mining(nil)
	to := common.Address{1}
	n.add(n.tx(0, &types.DynamicFeeTx{To: &to, Gas: 21000, GasFeeCap: big.NewInt(params.GWei * 8 / 10), GasTipCap: big.NewInt(1)}))
	n.await("the transaction", func() bool {
		block := n.chain.GetBlockByNumber(n.height())
		return len(block.Transactions()) == 1
	})
	if n.height() != 2 {
		t.Errorf("it took %d blocks", n.height())
	}
}

func TestDevelopmentModePeriod(t *testing.T) {
	n := newNode(t, instant())
	n.mining(func(cfg *Config) { cfg.DevPeriod = 20 * time.Millisecond })
	n.await("empty blocks", func() bool { return n.height() >= 10 })
	if ahead := int64(n.chain.CurrentBlock().Time) - time.Now().Unix(); ahead <= 0 {
		t.Errorf("50 blocks a second, but the chain's time is %d s ahead", ahead)
	}
}

func TestStop(t *testing.T) {
	for name, rules := range map[string]*pow.Params{"network": easy(), "development": instant(), "far from a block": bits(200)} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, rules)
			s := n.mining(func(cfg *Config) { cfg.Threads = 4 })
			if name != "far from a block" {
				for account := range 8 {
					for nonce := range uint64(40) {
						n.add(n.transfer(account, nonce, params.GWei))
					}
				}
				n.await("a block", func() bool { return n.height() > 0 })
			} else {
				n.await("work", func() bool { return s.sealer.hashes.Load() > 0 })
			}
			stop(t, s)
			if left := goroutines(); len(left) > 0 {
				t.Errorf("left running:\n%s", strings.Join(left, "\n\n"))
			}
			if !errors.Is(s.Status(), registry.ErrStopped) || s.Mining() {
				t.Errorf("status %v, mining %v", s.Status(), s.Mining())
			}
			stop(t, s)
		})
	}
}

func TestStopBeforeStart(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(func(cfg *Config) { cfg.Enabled = true })
	stop(t, s)
	s.Start()
	stop(t, s)
	if n.height() != 0 {
		t.Error("a stopped miner found a block")
	}
}

func TestMiningOff(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(func(cfg *Config) { cfg.Etherbase = common.Address{} })
	s.Start()
	if s.Mining() || s.Status() != nil || s.Hashrate() != 0 {
		t.Errorf("mining %v, status %v, hash rate %v", s.Mining(), s.Status(), s.Hashrate())
	}
	if n.height() != 0 || s.sealer.hashes.Load() != 0 {
		t.Error("work was done")
	}
}

func TestReportsWhileABlockIsLongInComing(t *testing.T) {
	n := newNode(t, bits(200))
	log, book := newLogBook()
	s := n.miner(func(cfg *Config) { cfg.Log = log })
	l := newMainLoop(s)
	start := l.reports.lastAt
	lines := func(at time.Duration) int {
		l.report(start.Add(at))
		return len(book.lines("Mining, no block found yet"))
	}
	if lines(time.Hour) != 0 {
		t.Error("a line without work")
	}
	l.job = jobFor(t, n.build(s))
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{19 * time.Second, 0}, {20 * time.Second, 1}, {59 * time.Second, 1}, {60 * time.Second, 2}, {time.Hour, 3}, {time.Hour + 10*time.Minute, 4}} {
		if have := lines(step.at); have != step.want {
			t.Errorf("after %v: %d lines, want %d", step.at, have, step.want)
		}
	}
	l.reports.restart(start.Add(2 * time.Hour))
	if lines(2*time.Hour+19*time.Second) != 4 || lines(2*time.Hour+20*time.Second) != 5 {
		t.Error("a found block does not restart the pauses")
	}
	if data := book.lines("Mining, no block found yet")[0].Data; data["number"] != uint64(1) || data["estimate"] != "unknown" {
		t.Errorf("line: %v", data)
	}
}
