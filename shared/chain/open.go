package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/sirupsen/logrus"
)

// recoveryKey holds the head that a start has to bring back. It is written
// before go-ethereum opens the database, which may move the head to an older
// block, and deleted when the head is back, so that a second crash during the
// recovery does not forget it.
var recoveryKey = []byte("monolith-recovery-head")

// StoredHead returns the head that a start on this database has, which need not be
// open as a chain, or zero if there is none.
func StoredHead(db ethdb.KeyValueReader) common.Hash {
	if enc, err := db.Get(recoveryKey); err == nil && len(enc) == common.HashLength {
		return common.BytesToHash(enc)
	}
	return rawdb.ReadHeadBlockHash(db)
}

// noteHead returns the head as it was announced last, zero in a new database.
func noteHead(db ethdb.Database) (common.Hash, error) {
	head := StoredHead(db)
	if head == (common.Hash{}) || head == rawdb.ReadCanonicalHash(db, 0) {
		return common.Hash{}, nil
	}
	if err := db.Put(recoveryKey, head[:]); err != nil {
		return common.Hash{}, fmt.Errorf("note the head: %w", err)
	}
	return head, db.SyncKeyValue()
}

// open finishes what New began: genesis records, the head, the log index.
func (s *Service) open(ctx context.Context, head common.Hash) error {
	if err := s.recordGenesis(); err != nil {
		return err
	}
	if err := s.recoverHead(ctx, head); err != nil {
		return err
	}
	if err := s.cfg.DB.Delete(recoveryKey); err != nil {
		return fmt.Errorf("forget the noted head: %w", err)
	}
	logs, err := newLogIndex(s.bc, s.cfg.DB, s.cfg.LogHistory)
	if err != nil {
		return err
	}
	s.logs = logs
	return nil
}

// recoverHead makes the noted head the head again, re-executing the blocks whose
// states were in memory only when the process died.
func (s *Service) recoverHead(ctx context.Context, hash common.Hash) error {
	opened := s.CurrentBlock()
	if hash == (common.Hash{}) || opened.Hash() == hash {
		return nil
	}
	log := s.cfg.Log.WithFields(logrus.Fields{"found": opened.Number, "hash": hash})
	block := s.GetBlockByHash(hash)
	if block == nil {
		// Only possible when the machine, not the process, died: the block was
		// among the writes that never reached the disk.
		log.Warn("The last head's block is not stored, going on from the last complete one")
		return nil
	}
	log = log.WithField("number", block.NumberU64())
	log.Info("Node was not stopped cleanly, re-executing blocks")

	start := s.cfg.Now()
	err := s.interruptible(ctx, func() error {
		_, err := s.bc.SetCanonical(block)
		return err
	})
	if ctx.Err() != nil {
		return fmt.Errorf("recover head %d (%#x): %w", block.NumberU64(), hash, err)
	}
	if err != nil {
		// A damaged database. What is stored above the block found stays stored.
		log.WithError(err).Error("The last head cannot be recovered, going on from the last complete block")
		return nil
	}
	took := s.cfg.Now().Sub(start)
	s.metrics.recovered(took)
	log.WithField("elapsed", took.Round(time.Millisecond)).Info("Head recovered")
	return nil
}

// interruptible runs work on the chain that ends early when ctx does.
func (s *Service) interruptible(ctx context.Context, work func() error) error {
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		s.bc.InterruptInsert(true)
		close(interrupted)
	})
	err := work()
	if !stop() {
		<-interrupted
		if s.ctx.Err() == nil { // not for good
			s.bc.InterruptInsert(false)
		}
	}
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// recordGenesis stores what a later start compares with: the rules, which
// go-ethereum does not keep, and the work of the first block.
func (s *Service) recordGenesis() error {
	genesis := s.Genesis()
	if s.TotalWork(genesis.Hash(), 0) != nil {
		return nil
	}
	batch := s.cfg.DB.NewBatch()
	if err := writeParams(batch, s.cfg.Params); err != nil {
		return err
	}
	if err := writeWork(batch, genesis.Hash(), 0, big.NewInt(1)); err != nil {
		return err
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	return nil
}

// canonical reports whether the block is on the branch of the head. Above a head
// that was found lower than it had been, the index by number is not to be trusted.
func (s *Service) canonical(header *types.Header) bool {
	return header.Number.Cmp(s.CurrentBlock().Number) <= 0 && s.GetCanonicalHash(header.Number.Uint64()) == header.Hash()
}

// Hold calls a function while no blocks are added: what it sees of the database is
// all of one moment. Readers go on.
func (s *Service) Hold(do func() error) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	if s.ctx.Err() != nil {
		return ErrStopped
	}
	return do()
}
