package miner

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/pow"
)

// sealBatch is how many nonces a thread tries between two looks at its job and
// the clock: well under a millisecond, and long enough to make both free.
const sealBatch = 512

// job is a payload on the sealing threads.
type job struct {
	payload *Payload
	header  *types.Header
	target  pow.Compact
	hashers []*pow.Hasher // one for each thread
	solved  atomic.Bool   // a nonce was found: no thread goes on
}

// newJob prepares a payload for the given number of threads.
func newJob(payload *Payload, threads int) (*job, error) {
	header := payload.Block.Header()
	seal, err := pow.ParseSeal(header.Extra)
	if err != nil {
		return nil, fmt.Errorf("seal of block %d: %w", header.Number, err)
	}
	j := &job{payload: payload, header: header, target: seal.Target, hashers: make([]*pow.Hasher, threads)}
	for i := range j.hashers {
		if j.hashers[i], err = pow.NewHasher(header); err != nil {
			return nil, fmt.Errorf("prepare hashing of block %d: %w", header.Number, err)
		}
	}
	return j, nil
}

func (j *job) number() uint64 { return j.header.Number.Uint64() }

// solution is a nonce that makes a job's payload a block.
type solution struct {
	job   *job
	nonce uint64
}

// sealer is the threads that search for a nonce. They are always there; a job is
// handed to them by a pointer that they look at every sealBatch hashes, so that
// a new payload costs them one hasher, and a dropped one a fraction of a
// millisecond.
type sealer struct {
	threads int
	share   float64          // of a core, for each thread
	now     func() time.Time // the clock
	sleep   func(context.Context, time.Duration)

	job    atomic.Pointer[job]
	hashes atomic.Uint64 // tried by all threads since the start
	found  chan solution // read by the main loop

	// mu guards changed, which is closed when the job is replaced.
	mu      sync.Mutex
	changed chan struct{}
}

func newSealer(threads int, share float64) *sealer {
	return &sealer{
		threads: threads,
		share:   share,
		now:     time.Now,
		sleep:   sleep,
		found:   make(chan solution),
		changed: make(chan struct{}),
	}
}

// set replaces the job; nil lets the threads sleep.
func (s *sealer) set(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.job.Store(j)
	close(s.changed)
	s.changed = make(chan struct{})
}

// current returns the job and a channel that is closed when it is replaced.
func (s *sealer) current() (*job, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.job.Load(), s.changed
}

// start launches the threads, which end with ctx. The nonces are split evenly
// between them, from a random place on, so that miners of the same payload do
// not all try the same ones.
func (s *sealer) start(ctx context.Context, group *sync.WaitGroup) {
	base := rand.Uint64()
	for i := range s.threads {
		group.Go(func() { s.run(ctx, i, s.firstNonce(base, i)) })
	}
}

func (s *sealer) firstNonce(base uint64, thread int) uint64 {
	return base + uint64(thread)*(math.MaxUint64/uint64(s.threads))
}

// run is one thread.
func (s *sealer) run(ctx context.Context, thread int, nonce uint64) {
	pace := duty{share: s.share}
	for ctx.Err() == nil {
		j, changed := s.current()
		if j == nil || j.solved.Load() {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		nonce = s.search(ctx, j, j.hashers[thread], nonce, &pace)
	}
}

// search tries nonces for a job until one is found, by whichever thread, or the
// job is replaced. It returns the nonce to go on from.
func (s *sealer) search(ctx context.Context, j *job, hasher *pow.Hasher, nonce uint64, pace *duty) uint64 {
	for ctx.Err() == nil && s.job.Load() == j && !j.solved.Load() {
		began := s.now()
		hit, tried, found := hasher.Search(nonce, sealBatch)
		nonce += tried
		s.hashes.Add(tried)
		if found && j.solved.CompareAndSwap(false, true) {
			select {
			case s.found <- solution{j, hit}:
			case <-ctx.Done():
			}
			break
		}
		if rest := pace.worked(s.now().Sub(began)); rest > 0 {
			began = s.now()
			s.sleep(ctx, rest)
			pace.rested(s.now().Sub(began))
		} else {
			// With as many threads as cores, a request to the node would
			// otherwise wait for the scheduler's preemption: 10 ms.
			runtime.Gosched()
		}
	}
	return nonce
}

// sleep ends early with ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
