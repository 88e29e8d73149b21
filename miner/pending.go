package miner

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
)

// pendingFresh is how long a pending block is handed out again, unless there is
// a new head. For one that took long to build it is buildPace times as long as
// that.
const pendingFresh = 250 * time.Millisecond

// pendingBlock is the block that this node would mine now, kept for a moment. It
// is built apart from the payloads that are being sealed, whose states belong to
// the chain as soon as they are found.
type pendingBlock struct {
	// mu guards the fields below. It is held while building: callers that come
	// meanwhile wait for the one build instead of starting their own.
	mu       sync.Mutex
	parent   common.Hash
	settings *Settings
	at       time.Time
	payload  *Payload

	stale atomic.Bool // the clock was moved, or the like: build it anew
}

// Pending returns the block that this node would mine on the current head, with
// its receipts and the state after it. It works whether or not the node mines.
// The state is the caller's own; block and receipts are shared and must not be
// changed. All three are nil if no block can be built.
func (s *Service) Pending() (*types.Block, types.Receipts, *state.StateDB) {
	p := &s.pending
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.refresh(s.ctx, s.cfg.Chain, s.builder, &s.clock); err != nil {
		s.cfg.Log.WithError(err).Debug("Pending block could not be built")
		return nil, nil, nil
	}
	return p.payload.Block, p.payload.Receipts, p.payload.State.Copy()
}

// refresh builds the pending block anew if it is out of date.
func (p *pendingBlock) refresh(ctx context.Context, chain Chain, builder *builder, clock *clock) error {
	head, now := chain.CurrentBlock(), time.Now()
	hash, settings := head.Hash(), builder.settings()
	if !p.stale.Swap(false) && p.payload != nil && p.parent == hash && p.settings == settings && now.Sub(p.at) < max(pendingFresh, buildPace*p.payload.Built) {
		return nil
	}
	payload, err := builder.build(ctx, head, clock.stamp(head.Time, now), time.Time{})
	if err != nil {
		return err
	}
	payload.locate(payload.Block.Hash())
	p.parent, p.settings, p.at, p.payload = hash, settings, time.Now(), payload
	return nil
}
