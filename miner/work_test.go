package miner

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
)

// served starts a miner that leaves sealing to others.
func (n *node) served(change func(*Config)) *Service {
	n.t.Helper()
	return n.mining(func(cfg *Config) {
		cfg.Threads = 0
		if change != nil {
			change(cfg)
		}
	})
}

// work asks for a job.
func (n *node) work(s *Service, known common.Hash) *pow.Job {
	n.t.Helper()
	job, err := s.Work(n.t.Context(), known)
	if err != nil {
		n.t.Fatal(err)
	}
	return job
}

// solve returns a nonce for a job that is a proof, and the block's hash with it.
func (n *node) solve(job *pow.Job) (nonce uint64, digest common.Hash) {
	n.t.Helper()
	hasher, err := job.Hasher()
	if err != nil {
		n.t.Fatal(err)
	}
	nonce, _, found := hasher.Search(0, 1<<30)
	if !found {
		n.t.Fatal("no proof")
	}
	return nonce, hasher.Sum(nonce)
}

// TestWorkOnDemand: without threads of its own, the node makes payloads while somebody
// wants them.
func TestWorkOnDemand(t *testing.T) {
	n := newNode(t, easy())
	registry := prometheus.NewRegistry()
	s := n.served(func(cfg *Config) { cfg.Registerer = registry })
	built := func() float64 { return metric(t, registry, "payload_build_seconds") }

	rival := n.miner(func(cfg *Config) { cfg.Etherbase = common.Address{0xee} })
	for range 3 { // heads and transactions make nobody ask
		n.add(n.transfer(0, n.height(), params.GWei))
		n.insert(n.build(rival))
	}
	if built() != 0 || s.Mining() {
		t.Errorf("%v payloads that nobody asked for, mining %v", built(), s.Mining())
	}
	if job := n.work(s, common.Hash{}); job.Number != n.height()+1 || built() == 0 || !s.Mining() {
		t.Errorf("a job for block %d, mining %v", job.Number, s.Mining())
	}
	s.board.ask(time.Now().Add(-workWanted)) // the last time was long ago
	n.await("rest", func() bool {
		s.wake()
		j, _ := s.board.take()
		return j == nil && !s.Mining()
	})
	if s.sealer.hashes.Load() != 0 {
		t.Error("the node searched itself")
	}
}

// TestSubmitWork submits what is wrong in every way, and at last what is right.
func TestSubmitWork(t *testing.T) {
	n := newNode(t, bits(10))
	metrics := prometheus.NewRegistry()
	s := n.served(func(cfg *Config) { cfg.Registerer = metrics })
	submit := func(want error, job *pow.Job, nonce uint64, digest common.Hash) {
		t.Helper()
		if err := s.SubmitWork(t.Context(), job.ID, nonce, digest); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
	first := n.work(s, common.Hash{})
	second := n.work(s, first.ID)
	if first.ID == second.ID || second.Number != 1 {
		t.Fatalf("the job after %v is %v", first, second)
	}
	nonce, digest := n.solve(first)
	hasher, err := first.Hasher()
	if err != nil {
		t.Fatal(err)
	}
	wrong := nonce + 1 // after a proof, one in 1024 nonces is another
	for ; hasher.Sum(wrong).Cmp(first.Target) <= 0; wrong++ {
		continue
	}
	submit(ErrUnknownWork, &pow.Job{ID: common.Hash{1}}, nonce, digest)
	submit(ErrWrongDigest, first, nonce, common.Hash{})
	submit(ErrWrongDigest, second, nonce, digest)
	submit(ErrWrongWork, first, wrong, hasher.Sum(wrong))

	// A nonce of the node's own threads, or somebody else's, came just before.
	j, err := s.board.find(second.ID)
	if err != nil {
		t.Fatal(err)
	}
	j.solved.Store(true)
	other, otherDigest := n.solve(second)
	submit(ErrRepeatedWork, second, other, otherDigest)

	submit(nil, first, nonce, digest)
	if head := n.chain.CurrentBlock(); head.Hash() != digest || head.Coinbase != etherbase {
		t.Fatalf("head %v of %v, want %v", head.Hash(), head.Coinbase, digest)
	}
	submit(ErrStaleWork, first, nonce, digest)
	submit(ErrStaleWork, second, other, otherDigest)
	if found := metric(t, metrics, "blocks_found_total"); found != 1 {
		t.Errorf("%v blocks found", found)
	}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]float64)
	for _, family := range families {
		if family.GetName() == "monolith_miner_submissions_total" {
			for _, m := range family.GetMetric() {
				counts[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	for result, want := range map[string]float64{"accepted": 1, "unknown": 1, "wrong_digest": 2, "wrong": 1, "repeated": 1, "stale": 2} {
		if counts[result] != want {
			t.Errorf("%v submissions are %s, want %v", counts[result], result, want)
		}
	}
	n.executeElsewhere()
}

// TestWorkBesideThreads: others get the very job that the node's own threads search.
func TestWorkBesideThreads(t *testing.T) {
	n := newNode(t, bits(200))
	s := n.mining(nil)
	n.await("the same job", func() bool {
		job, j := n.work(s, common.Hash{}), s.sealer.job.Load()
		return j != nil && j.ID == job.ID && s.sealer.hashes.Load() > 0
	})
	if err := s.SubmitHashrate(common.Hash{1}, 1e15); err != nil || s.Hashrate() < 1e15 {
		t.Errorf("hash rate %v, %v", s.Hashrate(), err)
	}
}

// TestBoard: as many jobs stay good as promised, and what was good is remembered.
func TestBoard(t *testing.T) {
	n := newNode(t, easy())
	b := workBoard{changed: make(chan struct{})}
	payload := n.build(n.miner(nil))
	var ids []common.Hash
	for i := range workKept + 3 {
		j := jobFor(t, payload)
		j.ID = common.BigToHash(common.Big1)
		j.ID[0] = byte(i)
		b.offer(jobFor(t, payload)) // nobody asks for this one
		b.offer(j)
		if have, _ := b.take(); have != j {
			t.Fatal("another job than the one on offer")
		}
		b.take()
		ids = append(ids, j.ID)
	}
	for i, id := range ids {
		_, err := b.find(id)
		if want := i < 3; errors.Is(err, ErrStaleWork) != want || (err == nil) == want {
			t.Errorf("job %d: %v", i, err)
		}
	}
	_, changed := b.take()
	b.clear()
	<-changed
	if j, _ := b.take(); j != nil {
		t.Error("a job is left")
	}
	for range workKnown {
		b.offer(jobFor(t, payload))
		b.take()
		b.clear()
	}
	if _, err := b.find(ids[0]); !errors.Is(err, ErrUnknownWork) || len(b.past) != workKnown {
		t.Errorf("%d ids are remembered, the first: %v", len(b.past), err)
	}
}

// TestNoWork says why.
func TestNoWork(t *testing.T) {
	work := func(s *Service, want error) {
		t.Helper()
		if _, err := s.Work(t.Context(), common.Hash{}); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
	dev := newNode(t, instant()).mining(nil)
	work(dev, ErrInstantWork)
	if err := dev.SubmitWork(t.Context(), common.Hash{}, 0, common.Hash{}); !errors.Is(err, ErrInstantWork) {
		t.Error(err)
	}
	if err := dev.SubmitHashrate(common.Hash{}, 1); !errors.Is(err, ErrInstantWork) {
		t.Error(err)
	}

	n := newNode(t, easy())
	off := n.miner(nil)
	off.Start()
	work(off, ErrMiningOff)
	stop(t, off)
	work(off, registry.ErrStopped)

	var synced toggle
	synced.set(registry.ErrSyncing)
	paused := n.served(func(cfg *Config) { cfg.Synced = func() bool { return synced.get() == nil } })
	work(paused, ErrNoWork) // it waits for the first look
	work(paused, registry.ErrSyncing)
	synced.set(nil)
	n.await("work", func() bool {
		_, err := paused.Work(t.Context(), common.Hash{})
		return err == nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	job := n.work(paused, common.Hash{})
	if _, err := paused.Work(ctx, job.ID); !errors.Is(err, context.Canceled) && err != nil {
		t.Error(err)
	}
	idle := n.served(func(cfg *Config) { cfg.Idle = time.Hour })
	work(idle, ErrNoWork)
}

func TestRemoteRates(t *testing.T) {
	var r remoteRates
	start := time.Unix(1000, 0)
	report := func(id byte, rate uint64, at time.Duration) {
		t.Helper()
		if err := r.report(common.Hash{id}, rate, start.Add(at)); err != nil {
			t.Error(err)
		}
	}
	want := func(at time.Duration, hashes float64, miners int) {
		t.Helper()
		if h, m := r.sum(start.Add(at)); h != hashes || m != miners {
			t.Errorf("after %v: %v hashes of %d miners, want %v of %d", at, h, m, hashes, miners)
		}
	}
	want(0, 0, 0)
	report(1, 100, 0)
	report(2, 30, 5*time.Second)
	want(6*time.Second, 130, 2)
	want(remoteExpiry, 30, 1)
	report(2, 50, remoteExpiry)
	want(remoteExpiry+5*time.Second, 50, 1)
	want(2*remoteExpiry, 0, 0)
	if err := r.report(common.Hash{3}, 1e18+1, start); !errors.Is(err, errRate) {
		t.Error(err)
	}
	for i := range remoteMost {
		if err := r.report(common.Hash{9, byte(i), byte(i >> 8)}, 1, start); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.report(common.Hash{8}, 1, start); !errors.Is(err, ErrTooManyMiners) {
		t.Error(err)
	}
	report(8, 1, remoteExpiry) // the others have gone
	want(remoteExpiry, 1, 1)
}
