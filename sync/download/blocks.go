package download

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
)

// tick is how often time-dependent decisions are made: overtaking, new sources,
// giving up.
const tick = 100 * time.Millisecond

// fetch gets the blocks of a trail and imports them. All fields belong to the
// goroutine that runs it.
type fetch struct {
	*session
	first  uint64 // number of the block with the first hash
	hashes []common.Hash

	// By index into hashes. Everything below imported is in the chain, below taken
	// handed to it, below missing here.
	imported, taken, missing int
	asked                    []uint8 // requests under way for the block
	blocks                   map[int]*types.Block

	memory  int // of the blocks that wait or are being imported
	average int // memory of a block, lately
	flying  int // blocks asked for
	gain    time.Time
	trouble error // why the target's source last failed to deliver, if it said or did something

	answers chan answer
	imports chan importResult
	group   sync.WaitGroup
}

// flight is a request under way.
type flight struct {
	supplier *supplier
	first, n int // indexes
	since    time.Time
}

type answer struct {
	*flight
	blocks types.Blocks // checked
	fault  Fault        // with err, that of the supplier
	err    error
}

type importResult struct {
	blocks types.Blocks
	n      int
	err    error
}

// blocks gets the blocks of the trail and imports them.
func (s *session) blocks(ctx context.Context, t *trail) error {
	if len(t.hashes) == 0 {
		return nil
	}
	f := &fetch{
		session: s,
		first:   t.base.number() + 1,
		hashes:  t.hashes,
		asked:   make([]uint8, len(t.hashes)),
		blocks:  make(map[int]*types.Block),
		average: 1 << 10,
		gain:    time.Now(),
		answers: make(chan answer),
		imports: make(chan importResult),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer f.group.Wait()
	defer cancel()
	for _, p := range s.suppliers.all {
		p.busy = nil
	}
	return f.run(ctx)
}

func (f *fetch) run(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for f.imported < len(f.hashes) {
		now := time.Now()
		f.suppliers.renew(now)
		f.importNext(ctx)
		for _, p := range f.suppliers.all {
			f.ask(ctx, p, now)
		}
		if err := f.stuck(now); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case a := <-f.answers:
			f.receive(a, time.Now())
		case done := <-f.imports:
			if err := f.advance(ctx, done); err != nil {
				return err
			}
		case <-ticker.C:
		}
		f.track()
	}
	return nil
}

func (f *fetch) number(index int) uint64 { return f.first + uint64(index) }

func (f *fetch) importing() bool { return f.imported < f.taken }

// ask sends a supplier the request that is most useful, if there is one.
func (f *fetch) ask(ctx context.Context, p *supplier, now time.Time) {
	if f.missing == len(f.hashes) || !p.ready(f.number(f.missing), now) {
		return
	}
	first, n := f.choose(p, now)
	if n == 0 {
		return
	}
	if f.asked[first] > 0 {
		f.metrics.overtaken.Inc()
	}
	flight := &flight{supplier: p, first: first, n: n, since: now}
	p.busy = flight
	f.flying += n
	for i := first; i < first+n; i++ {
		f.asked[i]++
	}
	f.group.Go(func() {
		a := f.request(ctx, flight)
		select {
		case f.answers <- a:
		case <-ctx.Done():
		}
	})
}

// choose picks the blocks to ask a supplier for: those that the import has been
// waiting for too long, or else the first ones that nobody was asked for, as far as
// there is room for them to wait.
func (f *fetch) choose(p *supplier, now time.Time) (first, n int) {
	wanted := func(i int) bool { return f.asked[i] == 0 }
	first = f.missing
	if f.overdue(now) {
		wanted = func(i int) bool { return f.asked[i] <= 1 }
	}
	end := min(len(f.hashes), f.imported+f.limits.Waiting)
	for first < end && (f.blocks[first] != nil || !wanted(first)) {
		first++
	}
	room := p.batch
	if first > f.imported { // there is always room for what an idle import needs
		room = min(room, (f.limits.WaitingBytes-f.memory)/f.average-f.flying)
	}
	for n < room && first+n < end && f.blocks[first+n] == nil && wanted(first+n) && p.has(f.number(first+n)) {
		n++
	}
	return first, n
}

// overdue reports whether the import waits for a block that was asked for long ago,
// and of one supplier only.
func (f *fetch) overdue(now time.Time) bool {
	if f.importing() || f.missing > f.taken || f.asked[f.missing] != 1 {
		return false
	}
	for _, p := range f.suppliers.all {
		if b := p.busy; b != nil && b.first <= f.missing && f.missing < b.first+b.n {
			return now.Sub(b.since) > f.limits.Patience
		}
	}
	return false
}

// request gets blocks and checks that they are what was asked for.
func (f *fetch) request(ctx context.Context, flight *flight) answer {
	asking, cancel := context.WithTimeout(ctx, f.limits.Timeout)
	defer cancel()
	hashes := f.hashes[flight.first : flight.first+flight.n]
	blocks, err := flight.supplier.Blocks(asking, hashes)
	a := answer{flight: flight}
	switch {
	case err != nil && asking.Err() != nil:
		a.fault, a.err = Timeout, fmt.Errorf("%d blocks: %w", flight.n, err)
	case err != nil:
		a.err = err
	case len(blocks) > len(hashes):
		a.fault, a.err = BadResponse, fmt.Errorf("%d blocks where %d were asked for", len(blocks), len(hashes))
	default:
		var good int
		if good, err = checkBlocks(blocks, hashes); err != nil {
			a.fault, a.err = BadBody, err
		}
		a.blocks = blocks[:good]
	}
	return a
}

// receive takes in an answer.
func (f *fetch) receive(a answer, now time.Time) {
	p := a.supplier
	p.busy = nil
	f.flying -= a.n
	for i := a.first; i < a.first+a.n; i++ {
		f.asked[i]--
	}
	idle := f.missing == f.imported // the import waits: there is room for what it needs
	for i, block := range a.blocks {
		index := a.first + i
		if index < f.missing || f.blocks[index] != nil {
			continue // somebody was faster
		}
		if f.memory > f.limits.WaitingBytes && (!idle || index > f.missing) {
			break // asked for again when there is room
		}
		memory := memoryOf(block)
		f.blocks[index] = block
		f.memory += memory
		f.average += (memory - f.average) / 8
		f.gain = now
		for f.blocks[f.missing] != nil {
			f.missing++
		}
	}
	f.metrics.blocks.Add(float64(len(a.blocks)))
	failure := a.err
	if a.fault != "" {
		f.blameSource(p.ID(), a.fault, a.err)
		failure = &FaultError{Source: p.ID(), Fault: a.fault, Err: a.err}
	}
	if p == f.suppliers.target {
		f.trouble = failure
	}
	switch {
	case a.fault == BadBody || a.fault == BadResponse:
		p.gone = true
	case a.err != nil:
		p.fail(now)
	case len(a.blocks) > 0:
		p.deliver(len(a.blocks), now.Sub(a.since), f.limits.Blocks)
	default:
		p.lack(f.number(a.first), now)
		if p == f.suppliers.target { // which was to have everything
			p.fail(now)
		}
	}
}

// importNext hands the chain the next blocks, if it is idle and they are here.
func (f *fetch) importNext(ctx context.Context) {
	if f.importing() || f.missing == f.taken {
		return
	}
	var batch types.Blocks
	for memory := 0; f.taken < f.missing && len(batch) < f.limits.Import && memory < f.limits.WaitingBytes/2; f.taken++ {
		block := f.blocks[f.taken]
		delete(f.blocks, f.taken)
		batch, memory = append(batch, block), memory+memoryOf(block)
	}
	f.group.Go(func() {
		n, err := f.chain.InsertBlocks(ctx, batch)
		select {
		case f.imports <- importResult{batch, n, err}:
		case <-ctx.Done():
		}
	})
}

// advance notes what was imported.
func (f *fetch) advance(ctx context.Context, done importResult) error {
	for _, block := range done.blocks {
		f.memory -= memoryOf(block)
	}
	f.imported += done.n
	f.gain = time.Now()
	f.done(done.blocks[:done.n])
	switch {
	case done.err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(done.err, chain.ErrBadBlock):
		return f.blame(InvalidBlock, done.err)
	}
	return fmt.Errorf("import the blocks of %s: %w", f.target.ID(), done.err)
}

// stuck returns an error if the next block is not to be had.
func (f *fetch) stuck(now time.Time) error {
	if f.importing() || f.missing > f.taken || f.missing == len(f.hashes) {
		return nil
	}
	gone := f.flying == 0 && f.suppliers.exhausted(f.number(f.missing))
	if !gone && now.Sub(f.gain) < f.limits.Stall {
		return nil
	}
	block := fmt.Sprintf("block %d (%#x)", f.number(f.missing), f.hashes[f.missing])
	if f.trouble != nil {
		return fmt.Errorf("%s is not to be had: %w", block, f.trouble)
	}
	return f.blame(Empty, fmt.Errorf("%s is not delivered", block))
}
