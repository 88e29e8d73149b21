package txpool

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool/locals"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/sirupsen/logrus"
)

// openJournal takes back the journalled transactions that are not in a block yet
// and starts go-ethereum's tracker, which writes the journal from then on.
//
// The tracker is not left to read it: it would look at the transactions for the
// first time ten seconds after the start, recover their senders once more, and
// append to a record that a crash cut in half, which makes all later ones
// unreadable. So it begins with an empty file. Until it has written what waits,
// that is kept in a second one, which the next start reads too.
func (s *Service) openJournal() error {
	path := s.cfg.Journal
	if path == "" {
		return nil
	}
	kept := path + keptSuffix
	waiting, err := s.readJournals(kept, path)
	if err != nil {
		return err
	}
	size, err := writeJournal(kept, waiting)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open transaction journal: %w", err)
	}
	s.takeBack(waiting)
	s.journal = locals.New(path, s.cfg.Rejournal, s.cfg.Chain.Config(), s.pool)
	if err := s.journal.Start(); err != nil {
		return fmt.Errorf("open transaction journal: %w", err)
	}
	s.journal.TrackAll(waiting)
	if info, err := os.Stat(path); err != nil || info.Size() < size { // the tracker does not tell
		return fmt.Errorf("transaction journal %q cannot be written: is the disk full? What was in it is in %q", path, kept)
	}
	return os.Remove(kept)
}

// readJournals returns the transactions in the files that are in no block yet.
func (s *Service) readJournals(paths ...string) ([]*types.Transaction, error) {
	var waiting []*types.Transaction
	seen := make(map[common.Hash]bool)
	for _, path := range paths {
		txs, cut, err := readJournal(path)
		if err != nil {
			return nil, err
		}
		if len(cut) > 0 {
			if err := os.WriteFile(path+damagedSuffix, cut, 0o600); err != nil {
				return nil, fmt.Errorf("keep the unreadable end of the transaction journal: %w", err)
			}
			s.cfg.Log.WithFields(logrus.Fields{"journal": path, "bytes": len(cut), "kept": path + damagedSuffix}).
				Warn("The transaction journal has an unreadable end, going on without it")
		}
		for _, tx := range txs {
			if hash := tx.Hash(); !seen[hash] && !s.included(hash) {
				seen[hash], waiting = true, append(waiting, tx)
			}
		}
	}
	return waiting, nil
}

// included reports whether the transaction is in a block. To find that out here
// is a hundred times cheaper than to let the pool recover its sender first.
func (s *Service) included(hash common.Hash) bool {
	lookup, _ := s.cfg.Chain.GetCanonicalTransaction(hash)
	return lookup != nil
}

// takeBack pools the transactions, their senders being recovered on all cores.
func (s *Service) takeBack(txs []*types.Transaction) {
	if len(txs) == 0 {
		return
	}
	core.SenderCacher().Recover(types.LatestSigner(s.cfg.Chain.Config()), txs)
	restored := 0
	for _, err := range s.add(txs, true) {
		if err == nil {
			restored++
		}
	}
	s.cfg.Log.WithFields(logrus.Fields{"journalled": len(txs), "restored": restored}).Info("Took back local transactions")
}

const (
	damagedSuffix = ".damaged" // what could not be read of a journal
	keptSuffix    = ".kept"    // what the journal being made anew will have
)

// readJournal returns the transactions of the journal and what follows the last
// readable one.
func readJournal(path string) (txs []*types.Transaction, rest []byte, err error) {
	rest, err = os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read transaction journal: %w", err)
	}
	for len(rest) > 0 {
		tx, after, ok := splitTransaction(rest)
		if !ok {
			break
		}
		txs, rest = append(txs, tx), after
	}
	return txs, rest, nil
}

// splitTransaction decodes the first transaction of enc.
func splitTransaction(enc []byte) (tx *types.Transaction, rest []byte, ok bool) {
	_, _, rest, err := rlp.Split(enc)
	if err != nil {
		return nil, nil, false
	}
	tx = new(types.Transaction)
	return tx, rest, rlp.DecodeBytes(enc[:len(enc)-len(rest)], tx) == nil
}

// writeJournal replaces the file in one step and returns its size.
func writeJournal(path string, txs []*types.Transaction) (int64, error) {
	var enc bytes.Buffer
	for _, tx := range txs {
		if err := rlp.Encode(&enc, tx); err != nil {
			return 0, fmt.Errorf("encode transaction %s: %w", tx.Hash(), err)
		}
	}
	fresh := path + ".fresh"
	if err := os.WriteFile(fresh, enc.Bytes(), 0o600); err != nil {
		return 0, fmt.Errorf("write transaction journal: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return 0, fmt.Errorf("write transaction journal: %w", err)
	}
	return int64(enc.Len()), nil
}
