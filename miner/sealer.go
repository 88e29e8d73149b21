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

// job is a header on the sealing threads: in the node that of a payload, in an
// External the node's work.
type job struct {
	*pow.Job
	solved atomic.Bool // a nonce was found: no thread goes on

	// In the node only.
	payload *Payload
	header  *types.Header
	target  pow.Compact
}

// newJob prepares a payload for sealing.
func newJob(payload *Payload) (*job, error) {
	header := payload.Block.Header()
	seal, err := pow.ParseSeal(header.Extra)
	if err != nil {
		return nil, fmt.Errorf("seal of block %d: %w", header.Number, err)
	}
	work, err := pow.NewJob(header)
	if err != nil {
		return nil, fmt.Errorf("prepare hashing of block %d: %w", header.Number, err)
	}
	return &job{Job: work, payload: payload, header: header, target: seal.Target}, nil
}

func (j *job) number() uint64 { return j.Number }

// solution is a nonce that makes a job's payload a block.
type solution struct {
	job   *job
	nonce uint64
}

// sealer is the threads that search for a nonce. A job is handed to them by a pointer
// that they look at every sealBatch hashes, so that a new payload costs them one
// hasher, and a dropped one a fraction of a millisecond.
type sealer struct {
	now   func() time.Time // the clock
	sleep func(context.Context, time.Duration)

	job    atomic.Pointer[job]
	hashes atomic.Uint64 // tried by all threads since the start
	found  chan solution // read by the main loop

	// dismiss ends the threads that there are. It belongs to the main loop.
	dismiss context.CancelFunc

	// mu guards changed, which is closed when the job is replaced.
	mu      sync.Mutex
	changed chan struct{}
}

func newSealer() *sealer {
	return &sealer{
		now:     time.Now,
		sleep:   sleep,
		found:   make(chan solution),
		dismiss: func() {},
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

// crew is threads that begin and end together, each using a share of a core.
type crew struct {
	*sealer
	size  int
	share float64
	base  uint64          // where the first one begins
	shift context.Context // ends with the crew
}

// employ replaces the threads. All end with ctx; those of before end within a
// fraction of a millisecond, but what they have found by then they still hand over.
func (s *sealer) employ(ctx context.Context, group *sync.WaitGroup, threads int, share float64) {
	s.dismiss()
	c := &crew{sealer: s, size: threads, share: share, base: rand.Uint64()}
	c.shift, s.dismiss = context.WithCancel(ctx)
	for i := range threads {
		group.Go(func() { c.run(ctx, c.firstNonce(i)) })
	}
}

// firstNonce splits the nonces evenly between the threads, from a random place on,
// so that miners of the same payload do not all try the same ones.
func (c *crew) firstNonce(thread int) uint64 {
	return c.base + uint64(thread)*(math.MaxUint64/uint64(c.size))
}

// run is one thread.
func (c *crew) run(ctx context.Context, nonce uint64) {
	pace := duty{share: c.share}
	for c.shift.Err() == nil {
		j, changed := c.current()
		if j == nil || j.solved.Load() {
			select {
			case <-c.shift.Done():
			case <-changed:
			}
			continue
		}
		nonce = c.search(ctx, j, nonce, &pace)
	}
}

// search tries nonces for a job until one is found, by whichever thread, or the
// job is replaced. It returns the nonce to go on from.
func (c *crew) search(ctx context.Context, j *job, nonce uint64, pace *duty) uint64 {
	hasher, err := j.Hasher()
	if err != nil { // cannot be: a job is checked when it is made
		j.solved.Store(true)
		return nonce
	}
	for c.shift.Err() == nil && c.job.Load() == j && !j.solved.Load() {
		began := c.now()
		hit, tried, found := hasher.Search(nonce, sealBatch)
		nonce += tried
		c.hashes.Add(tried)
		if found && j.solved.CompareAndSwap(false, true) {
			select {
			case c.found <- solution{j, hit}:
			case <-ctx.Done():
			}
			break
		}
		if rest := pace.worked(c.now().Sub(began)); rest > 0 {
			began = c.now()
			c.sleep(c.shift, rest)
			pace.rested(c.now().Sub(began))
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
