package addressindex

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"
	"github.com/sirupsen/logrus"
)

const (
	// retryAfter is how long the index rests after a failure, a full disk for instance.
	retryAfter = 5 * time.Second

	// reportAfter is how often it tells how far it is while it catches up.
	reportAfter = 10 * time.Second

	// nearHead is a distance that is gone in a moment.
	nearHead = 64
)

// errBlockGone means that what a block of a branch that the chain has left brought into
// the index cannot be found out any more.
var errBlockGone = errors.New("a branch that the chain has left cannot be removed")

// follow brings the index to the head, again and again.
func (s *Service) follow() {
	for {
		var retry <-chan time.Time
		err := s.catchUp()
		if s.ctx.Err() != nil {
			return
		}
		if s.stand(err); err != nil {
			retry = time.After(retryAfter)
		}
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		case <-retry:
		}
	}
}

// stand notes why the index stands still, or that it does not.
func (s *Service) stand(err error) {
	if err != nil {
		err = fmt.Errorf("the address index stands still: %w", err)
	}
	s.mu.Lock()
	before := s.fault
	s.fault = err
	s.mu.Unlock()
	if err != nil && (before == nil || before.Error() != err.Error()) {
		s.log.WithError(err).Error("The address index is not kept up to date for now")
	}
}

// catchUp adds and removes blocks until the index is at the head.
func (s *Service) catchUp() error {
	start := s.now()
	if head := s.cfg.Chain.CurrentBlock().Number.Uint64(); start == nil || head > start.Number+nearHead {
		s.log.WithField("head", head).Info("Indexing addresses")
	}
	report := time.Now().Add(reportAfter)
	for {
		if err := context.Cause(s.ctx); err != nil {
			return err
		}
		if err := s.cfg.Writable(); err != nil {
			return err
		}
		at := s.now()
		if at == nil {
			if err := s.clear(); err != nil {
				return err
			}
			continue
		}
		done, err := s.step(at)
		if errors.Is(err, errBlockGone) {
			s.log.WithField("number", at.Number).WithError(err).Warn("The address index is made anew")
			s.set(nil)
			continue
		}
		if done || err != nil {
			if start == nil || done && at.Number > start.Number+nearHead {
				s.log.WithFields(logrus.Fields{"number": at.Number, "hash": at.Hash}).Info("Address index is complete")
			}
			return err
		}
		if time.Now().After(report) {
			report = time.Now().Add(reportAfter)
			s.log.WithFields(logrus.Fields{"number": at.Number, "head": s.cfg.Chain.CurrentBlock().Number}).Info("Indexing addresses")
		}
	}
}

// step adds the block after the given one or, if the chain has left that, removes it.
// There is nothing left to do at the head.
func (s *Service) step(at *progress) (done bool, err error) {
	chain, head := s.cfg.Chain, s.cfg.Chain.CurrentBlock()
	switch number := head.Number.Uint64(); {
	case at.Hash == head.Hash():
		return true, nil
	case at.Number >= number || chain.GetCanonicalHash(at.Number) != at.Hash:
		return false, s.removeBlock(at)
	}
	hash := chain.GetCanonicalHash(at.Number + 1)
	block, err := s.read(hash, at.Number+1)
	if chain.GetCanonicalHash(at.Number+1) != hash || err == nil && block.parent != at.Hash {
		return false, nil // the chain changed in between
	}
	if err != nil {
		return false, err
	}
	return false, s.addBlock(block, hash)
}

// read returns what a block contains.
func (s *Service) read(hash common.Hash, number uint64) (*contents, error) {
	if fresh := s.recent.take(hash); fresh != nil {
		return fresh, nil
	}
	block := s.cfg.Chain.GetBlock(hash, number)
	if block == nil {
		return nil, fmt.Errorf("block %d (%#x) is not stored", number, hash)
	}
	c := &contents{number, block.ParentHash(), block.Transactions(), nil}
	if len(c.txs) > 0 {
		c.receipts = s.cfg.Chain.GetRawReceipts(hash, number)
	}
	if len(c.receipts) != len(c.txs) {
		return nil, fmt.Errorf("block %d (%#x) is stored without its receipts", number, hash)
	}
	return c, nil
}

// addBlock adds the entries of the block after the last one.
func (s *Service) addBlock(block *contents, hash common.Hash) error {
	e, err := entriesOf(block, s.signer, s.amount)
	if err != nil {
		return fmt.Errorf("index block %d (%#x): %w", block.number, hash, err)
	}
	batch := s.cfg.DB.NewBatch()
	if err := e.put(batch); err != nil {
		return err
	}
	if err := s.commit(batch, block.number, hash); err != nil {
		return err
	}
	s.metrics.blocks.Inc()
	s.metrics.txs.Add(float64(len(block.txs)))
	return nil
}

// removeBlock removes the entries of the last block.
func (s *Service) removeBlock(at *progress) error {
	if at.Number == 0 {
		return fmt.Errorf("%w: it is another network's", errBlockGone)
	}
	block, err := s.read(at.Hash, at.Number)
	if err != nil {
		return fmt.Errorf("%w: %w", errBlockGone, err)
	}
	none := func(piece) (*uint256.Int, error) { return new(uint256.Int), nil }
	e, err := entriesOf(block, s.signer, none)
	if err != nil {
		return fmt.Errorf("remove block %d (%#x): %w", at.Number, at.Hash, err)
	}
	batch := s.cfg.DB.NewBatch()
	if err := e.remove(batch); err != nil {
		return err
	}
	if err := s.commit(batch, at.Number-1, block.parent); err != nil {
		return err
	}
	s.metrics.removed.Inc()
	return nil
}

// amount is how many of an id an address has after the last block.
func (s *Service) amount(p piece) (*uint256.Int, error) {
	it := s.cfg.DB.NewIterator(p.prefix(), nil)
	defer it.Release()
	if !it.Next() {
		return new(uint256.Int), it.Error()
	}
	amount, ok := decodeAmount(it.Value())
	if !ok {
		return nil, fmt.Errorf("amount of %v of %v is damaged in the index", p.id, p.contract)
	}
	return amount, nil
}

// commit writes the batch together with how far the index goes then.
func (s *Service) commit(batch ethdb.Batch, number uint64, hash common.Hash) error {
	at := &progress{formatVersion, number, hash}
	enc, err := rlp.EncodeToBytes(at)
	if err != nil {
		return err
	}
	if err := batch.Put(progressKey(), enc); err != nil {
		return err
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("write the address index: %w", err)
	}
	s.set(at)
	return nil
}

// clear removes all that may be there, and begins with the first block. The record
// goes first: without it the rest counts for nothing.
func (s *Service) clear() error {
	if err := s.cfg.DB.Delete(progressKey()); err != nil {
		return err
	}
	start := []byte(KeyPrefix)
	end := []byte(KeyPrefix)
	end[len(end)-1]++
	for {
		err := s.cfg.DB.DeleteRange(start, end)
		if err == nil {
			break
		}
		if !errors.Is(err, ethdb.ErrTooManyKeys) {
			return fmt.Errorf("remove the address index: %w", err)
		}
		if err := context.Cause(s.ctx); err != nil {
			return err
		}
	}
	return s.commit(s.cfg.DB.NewBatch(), 0, s.cfg.Chain.Genesis().Hash())
}

// now is how far the index goes; nil if there is none.
func (s *Service) now() *progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *Service) set(at *progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = at
	close(s.moved)
	s.moved = make(chan struct{})
}
