package chain

import (
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

const (
	// heldMax bounds the memory that blocks from the future can take.
	heldMax = 64
	// heldFor is how far beyond the limit a block may be and still be kept.
	heldFor = 2 * time.Minute
)

// heldBlocks keeps blocks that are ahead of the clock until their time comes.
type heldBlocks struct {
	now  func() time.Time
	wake chan struct{} // buffered 1: something earlier was added

	mu     sync.Mutex // guards blocks
	blocks map[common.Hash]*types.Block
}

func newHeldBlocks(now func() time.Time) *heldBlocks {
	return &heldBlocks{now: now, wake: make(chan struct{}, 1), blocks: make(map[common.Hash]*types.Block)}
}

func (h *heldBlocks) add(block *types.Block) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.blocks) >= heldMax {
		return // whoever sent it will send it again
	}
	h.blocks[block.Hash()] = block
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *heldBlocks) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.blocks)
}

// due removes and returns the blocks that are no longer ahead of the limit, in
// no order, and how long it is until the next one is; zero if there is none.
func (h *heldBlocks) due(limit time.Duration) (types.Blocks, time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ready types.Blocks
	var next time.Duration
	for hash, block := range h.blocks {
		wait := ahead(block, h.now()) - limit
		switch {
		case wait <= 0:
			ready = append(ready, block)
			delete(h.blocks, hash)
		case next == 0 || wait < next:
			next = wait
		}
	}
	return ready, next
}

// ahead is how far a block's timestamp is ahead of the clock.
func ahead(block *types.Block, now time.Time) time.Duration {
	return time.Unix(int64(block.Time()), 0).Sub(now)
}

// ripe splits the linked blocks where the first one is too far ahead of the
// clock. That one and its successors are held back, if near enough, and the
// error says so. Development mode has no such limit: its timestamps run ahead.
func (s *Service) ripe(blocks types.Blocks) (types.Blocks, error) {
	if s.cfg.FutureLimit == 0 || s.cfg.Params.Instant() || s.stock() {
		return blocks, nil
	}
	now := s.cfg.Now()
	for i, block := range blocks {
		early := ahead(block, now)
		if early <= s.cfg.FutureLimit {
			continue
		}
		for _, late := range blocks[i:] {
			if ahead(late, now) <= s.cfg.FutureLimit+heldFor {
				s.held.add(late)
			}
		}
		return blocks[:i], fmt.Errorf("%w: block %d (%#x) by %v, at most %v is allowed; check this machine's clock if it persists",
			ErrFutureBlock, block.NumberU64(), block.Hash(), early.Round(time.Second), s.cfg.FutureLimit)
	}
	return blocks, nil
}

// releaseHeld inserts held blocks when their time has come.
func (s *Service) releaseHeld() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-timer.C:
		case <-s.held.wake:
		}
		blocks, next := s.held.due(s.cfg.FutureLimit)
		for _, block := range sorted(blocks) {
			if _, err := s.InsertBlocks(s.ctx, types.Blocks{block}); err != nil {
				s.cfg.Log.WithFields(blockFields(block)).WithError(err).Debug("A held-back block was not taken")
			}
		}
		if next > 0 {
			timer.Reset(next)
		}
	}
}
