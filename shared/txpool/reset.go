package txpool

import (
	"errors"
	"os"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/txpool/locals"
	"github.com/ethereum/go-ethereum/core/types"
)

// Sync returns when the pool has followed the chain to its head.
func (s *Service) Sync() error {
	s.syncMu.Lock()
	defer s.syncMu.Unlock()
	// The first one may overtake the news of the head.
	return errors.Join(s.pool.Sync(), s.pool.Sync())
}

// clear empties the pool, which follows the chain to its head before.
func (s *Service) clear() {
	s.syncMu.Lock()
	defer s.syncMu.Unlock()
	s.pool.Clear()
}

// Reset replaces the pool's content, the journal's included. Of the transactions
// given those are pooled that are valid on the chain's head. It is for development
// chains: one that others send at the same time may get lost.
func (s *Service) Reset(txs []*types.Transaction) error {
	if err := s.Sync(); err != nil {
		return err
	}
	s.clear()
	s.pool.Add(txs, true)
	return s.resetJournal(txs)
}

// Drop removes the transactions that the condition holds for, and tells how many
// they are. Later ones of the same accounts have to wait for the gap to be filled.
func (s *Service) Drop(condition func(*types.Transaction) bool) (int, error) {
	var kept []*types.Transaction
	dropped := 0
	pending, queued := s.pool.Content()
	for _, accounts := range []map[common.Address][]*types.Transaction{pending, queued} {
		for _, txs := range accounts {
			for _, tx := range txs {
				if condition(tx) {
					dropped++
				} else {
					kept = append(kept, tx)
				}
			}
		}
	}
	if dropped == 0 {
		return 0, nil
	}
	return dropped, s.Reset(kept)
}

// resetJournal begins the journal anew. go-ethereum's tracker would pool what it
// knows again and again.
func (s *Service) resetJournal(txs []*types.Transaction) error {
	s.journalMu.Lock()
	defer s.journalMu.Unlock()
	if s.journal == nil || s.ctx.Err() != nil {
		return nil
	}
	if err := s.journal.Stop(); err != nil {
		return err
	}
	if err := os.Remove(s.cfg.Journal); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.journal = locals.New(s.cfg.Journal, s.cfg.Rejournal, s.cfg.Chain.Config(), s.pool)
	if err := s.journal.Start(); err != nil {
		return err
	}
	s.journal.TrackAll(txs)
	return nil
}
