package miner

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/shared/pow"
)

// newThreads starts a sealer that ends with the test.
func newThreads(t *testing.T, threads int, share float64) *sealer {
	t.Helper()
	s := newSealer()
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	s.employ(ctx, &group, threads, share)
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})
	return s
}

func jobFor(t testing.TB, payload *Payload) *job {
	t.Helper()
	j, err := newJob(payload)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestSealerFindsProofs(t *testing.T) {
	n := newNode(t, bits(12))
	s := newThreads(t, 4, 1)
	engine := pow.NewEngine(n.params)
	for range 20 {
		j := jobFor(t, n.build(n.miner(nil)))
		s.set(j)
		found := <-s.found
		if found.job != j {
			t.Fatal("the solution of another job")
		}
		if err := engine.VerifyProof(pow.WithNonce(j.header, found.nonce)); err != nil {
			t.Fatal(err)
		}
	}
	if s.hashes.Load() == 0 {
		t.Error("no hashes were counted")
	}
	select {
	case <-s.found:
		t.Error("a second solution of a solved job")
	default:
	}
}

// TestSealerSplitsTheNonces looks at the nonces from which threads start.
func TestSealerSplitsTheNonces(t *testing.T) {
	n := newNode(t, easy())
	const threads = 4
	payload := n.build(n.miner(nil))
	var firsts []uint64
	for thread := range threads {
		s := newSealer()
		ctx, cancel := context.WithCancel(t.Context())
		s.set(jobFor(t, payload))
		done := make(chan struct{})
		go func() {
			defer close(done)
			c := &crew{sealer: s, size: threads, share: 1, base: 7, shift: ctx}
			c.run(ctx, c.firstNonce(thread))
		}()
		firsts = append(firsts, (<-s.found).nonce)
		cancel()
		<-done
	}
	for i := range firsts {
		next := firsts[(i+1)%threads]
		if gap := next - firsts[i]; math.Abs(float64(gap)/math.MaxUint64-1.0/threads) > 1e-6 {
			t.Errorf("threads %d and %d are %d nonces apart", i, i+1, gap)
		}
	}
}

// TestSealerTakesUpAndDrops: a new job reaches threads that are at work, and nil
// stops them.
func TestSealerTakesUpAndDrops(t *testing.T) {
	hard, soft := newNode(t, bits(200)), newNode(t, bits(10))
	s := newThreads(t, 2, 1)
	s.set(jobFor(t, hard.build(hard.miner(nil))))
	await(t, "threads at work", func() bool { return s.hashes.Load() > 0 })

	j := jobFor(t, soft.build(soft.miner(nil)))
	s.set(j)
	if found := <-s.found; found.job != j {
		t.Error("the solution of another job")
	}
	s.set(jobFor(t, hard.build(hard.miner(nil))))
	before := s.hashes.Load()
	await(t, "threads back at work", func() bool { return s.hashes.Load() > before+10*sealBatch })
	s.set(nil)
	// Each thread may finish the batch it is in; then the count stands still
	// for much longer than a batch takes.
	last, still := s.hashes.Load(), 0
	await(t, "threads at rest", func() bool {
		if count := s.hashes.Load(); count != last {
			last, still = count, 0
		}
		still++
		return still > 50
	})
}

// TestSealerRests drives one thread with a clock on which every look
// takes a millisecond: at a share of one in ten it must rest after each third
// batch, and no less.
func TestSealerRests(t *testing.T) {
	n := newNode(t, bits(200))
	s := newSealer()
	clock := time.Unix(0, 0)
	s.now = func() time.Time {
		clock = clock.Add(time.Millisecond)
		return clock
	}
	var rests []time.Duration
	var batches int
	ctx, cancel := context.WithCancel(t.Context())
	s.sleep = func(_ context.Context, d time.Duration) {
		rests = append(rests, d)
		clock = clock.Add(d)
		if batches++; batches == 100 {
			cancel()
		}
	}
	s.set(jobFor(t, n.build(n.miner(nil))))
	c := &crew{sealer: s, size: 1, share: 0.1, shift: ctx}
	c.run(ctx, 0)

	work := time.Duration(s.hashes.Load()/sealBatch) * time.Millisecond
	var rested time.Duration
	for _, d := range rests {
		rested += d + time.Millisecond // the look at the clock afterwards
	}
	if share := work.Seconds() / (work + rested).Seconds(); math.Abs(share-0.1) > 0.005 {
		t.Errorf("the thread worked %v of the time, in %d slices of work and %d rests", share, s.hashes.Load()/sealBatch, len(rests))
	}
}
