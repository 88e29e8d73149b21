package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/sirupsen/logrus"
)

// ErrNoRewind means that the chain cannot go back to a block.
var ErrNoRewind = errors.New("cannot go back")

// Rewind makes a block the head that has been the head before, as if what came
// after it had not come yet. That stays stored, as a branch that lost, and would
// become the head again if somebody sent a block on top of it: it is no reorg, no
// rule of consensus stands behind it, and other nodes do not follow. So only
// development chains allow it, whose blocks are made by one node and on demand.
//
// The new head is announced, and the logs that are gone; the pool takes the
// transactions back, which whoever calls this has to undo if they shall be gone.
// No ReorgEvent is sent.
func (s *Service) Rewind(ctx context.Context, to *types.Header) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	if err := s.ready(ctx); err != nil {
		return err
	}
	head, number := s.CurrentBlock(), to.Number.Uint64()
	switch {
	case !s.cfg.Params.Instant():
		return fmt.Errorf("%w: only development chains do", ErrNoRewind)
	case to.Hash() == head.Hash():
		return nil
	}
	if frozen, err := s.cfg.DB.Ancients(); err != nil || number+1 < frozen {
		return errors.Join(fmt.Errorf("%w: block %d is among the %d oldest, which are stored for good", ErrNoRewind, number, frozen), err)
	}
	block := s.Reader.GetBlock(to.Hash(), number) // not one that was never executed
	if block == nil {
		return fmt.Errorf("%w: block %d (%#x) was never the head", ErrNoRewind, number, to.Hash())
	}
	if _, err := s.bc.SetCanonical(block); err != nil {
		return errors.Join(fmt.Errorf("go back to block %d: %w", number, err), s.putBack(head))
	}
	s.cfg.Log.WithFields(logrus.Fields{"number": number, "hash": to.Hash(), "head": head.Number}).
		Info("Went back to an earlier block")
	return nil
}
