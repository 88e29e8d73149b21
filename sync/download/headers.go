package download

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

const (
	// maxRewinds is how often the source may leave its chain while its headers
	// are taken. That happens near the tip only, where few headers are taken.
	maxRewinds = 8

	// headersPerSecond is the pace that the headers of a round have to keep up,
	// after a while of grace: less than any link allows, but one header per
	// answer would keep a Sync busy for days.
	headersPerSecond = 50
)

// outlook is what lies beyond the headers taken so far.
type outlook int

const (
	goesOn     outlook = iota // more headers
	chainEnds                 // nothing, or more than was claimed
	clockAhead                // headers that are ahead of our clock
)

// headers takes verified headers from the target's source until its chain ends, or
// the round is full and they have more work than our chain.
func (s *session) headers(ctx context.Context) (*trail, outlook, error) {
	base, err := s.markOf(s.chain.CurrentBlock())
	if err != nil {
		return nil, 0, err
	}
	t := newTrail(base)
	rewinds, taken, start := 0, 0, time.Now()
	for {
		locator := t.locator(ownLocator(s.chain, s.limits.Depth))
		headers, hashes, err := s.askHeaders(ctx, locator)
		if err != nil {
			return nil, 0, err
		}
		if len(headers) == 0 {
			return t, chainEnds, nil
		}
		if parent := headers[0].ParentHash; parent != t.tip.hash {
			if !slices.Contains(locator, parent) {
				return nil, 0, s.blame(Unlinked, fmt.Errorf("headers follow %#x, which they were not asked for", parent))
			}
			if rewinds++; rewinds > maxRewinds {
				return nil, 0, fmt.Errorf("%s changed its chain %d times while its headers were taken", s.target.ID(), maxRewinds)
			}
			if err := s.branchOff(t, parent); err != nil {
				return nil, 0, err
			}
		}
		next, err := s.extend(t, headers, hashes)
		if err != nil {
			return nil, 0, err
		}
		s.sighted(t, next)
		if next != goesOn {
			return t, next, nil
		}
		proven := t.work().Cmp(s.headWork()) > 0
		if proven && len(t.hashes) >= s.limits.Round {
			return t, goesOn, nil
		}
		if !proven && uint64(len(t.hashes)) > s.unproven(t) {
			return nil, 0, s.blame(FalseWork, fmt.Errorf("%d headers above block %d show less work than our head has", len(t.hashes), t.base.number()))
		}
		taken += len(headers)
		if allowed := s.limits.Stall + time.Duration(taken)*time.Second/headersPerSecond; time.Since(start) > allowed {
			return nil, 0, s.blame(Timeout, fmt.Errorf("%d headers took %v", taken, time.Since(start).Round(time.Second)))
		}
	}
}

// unproven is how many headers may be taken before they show more work than our
// head has. Twice our own number allows for a chain that adapted to a higher hash
// rate at another moment.
func (s *session) unproven(t *trail) uint64 {
	ours := uint64(0)
	if head := s.chain.CurrentBlock().Number.Uint64(); head > t.base.number() {
		ours = head - t.base.number()
	}
	return 2*ours + s.limits.Unproven
}

// askHeaders requests headers and checks that they are a chain.
func (s *session) askHeaders(ctx context.Context, locator []common.Hash) ([]*types.Header, []common.Hash, error) {
	asking, cancel := context.WithTimeout(ctx, s.limits.Timeout)
	defer cancel()
	headers, err := s.target.Headers(asking, locator, s.limits.Headers)
	switch {
	case ctx.Err() != nil:
		return nil, nil, context.Cause(ctx)
	case err != nil && asking.Err() != nil:
		return nil, nil, s.blame(Timeout, fmt.Errorf("headers: %w", err))
	case err != nil:
		return nil, nil, fmt.Errorf("ask %s for headers: %w", s.target.ID(), err)
	case len(headers) > s.limits.Headers:
		return nil, nil, s.blame(BadResponse, fmt.Errorf("%d headers where %d were asked for", len(headers), s.limits.Headers))
	}
	hashes, err := checkLinks(headers)
	if err != nil {
		return nil, nil, s.blame(Unlinked, err)
	}
	s.metrics.headers.Add(float64(len(headers)))
	return headers, hashes, nil
}

// branchOff takes the trail back to a block that its locator named: one of its own
// marks, or a block of our chain.
func (s *session) branchOff(t *trail, hash common.Hash) error {
	if t.rewind(hash) {
		return nil
	}
	header := s.chain.GetHeaderByHash(hash)
	if header == nil {
		return fmt.Errorf("block %#x is no longer stored", hash)
	}
	base, err := s.markOf(header)
	if err != nil {
		return err
	}
	*t = *newTrail(base)
	return nil
}

// markOf returns the mark of a stored block.
func (s *session) markOf(header *types.Header) (mark, error) {
	hash, number := header.Hash(), header.Number.Uint64()
	work := s.chain.TotalWork(hash, number)
	if work == nil {
		return mark{}, fmt.Errorf("work of block %d (%#x) is not stored", number, hash)
	}
	return mark{header: header, hash: hash, work: work}, nil
}

// extend verifies headers that follow each other and appends them to the trail.
func (s *session) extend(t *trail, headers []*types.Header, hashes []common.Hash) (outlook, error) {
	if headers[0].Number.Uint64() != t.number()+1 {
		return 0, s.blame(Unlinked, fmt.Errorf("header %d (%#x) follows block %d", headers[0].Number, hashes[0], t.number()))
	}
	if len(t.hashes) == 0 {
		// The locator is sparse: the first ones may be blocks of our own.
		known := 0
		for known < len(headers) && s.canonical(hashes[known], headers[known].Number.Uint64()) {
			known++
		}
		if known > 0 {
			base, err := s.markOf(headers[known-1])
			if err != nil {
				return 0, err
			}
			*t = *newTrail(base)
			headers, hashes = headers[known:], hashes[known:]
		}
	}
	if len(headers) == 0 {
		return s.beyond(t), nil
	}
	if head := s.chain.CurrentBlock().Number.Uint64(); head > t.base.number()+s.limits.Depth {
		return 0, s.blame(DeepFork, fmt.Errorf("the chain forks off at block %d, %d blocks below our head; at most %d can be replaced",
			t.base.number(), head-t.base.number(), s.limits.Depth))
	}
	ripe := s.ripe(headers)
	abort, results := s.chain.Engine().VerifyHeaders(&above{s.chain, t.tip}, headers[:ripe])
	defer close(abort)
	for i := range ripe {
		if err := <-results; err != nil {
			return 0, s.blame(InvalidHeader, fmt.Errorf("header %d (%#x): %w", headers[i].Number, hashes[i], err))
		}
	}
	if ripe > 0 {
		if err := t.add(headers[:ripe], hashes[:ripe]); err != nil {
			return 0, err
		}
	}
	if ripe < len(headers) {
		return clockAhead, nil
	}
	return s.beyond(t), nil
}

// beyond says whether more headers are wanted: those of the chain as it was claimed,
// and what it may have grown by since.
func (s *session) beyond(t *trail) outlook {
	number, claimed := t.number(), s.target.Number
	if t.tip.hash == s.target.Hash || number >= claimed && number-claimed >= s.limits.Slack {
		return chainEnds
	}
	return goesOn
}

// ripe counts the headers before the first one that is too far ahead of the clock.
// In development mode timestamps run ahead.
func (s *session) ripe(headers []*types.Header) int {
	if s.limits.Future == 0 || s.chain.Params().Instant() {
		return len(headers)
	}
	latest := uint64(s.cfg.Now().Add(s.limits.Future).Unix())
	for i, header := range headers {
		if header.Time > latest {
			return i
		}
	}
	return len(headers)
}
