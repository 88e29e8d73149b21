package txpool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool/locals"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/sirupsen/logrus"
)

// openJournal takes back the journalled transactions that are not in a block yet
// and starts go-ethereum's tracker on the file. The tracker alone would not do: it
// looks at the journal's transactions for the first time ten seconds after the
// start, and appends to a record that a crash cut in half, which makes all later
// ones unreadable.
func (s *Service) openJournal() error {
	path := s.cfg.Journal
	if path == "" {
		return nil
	}
	log := s.cfg.Log.WithField("journal", path)
	txs, cut, err := readJournal(path)
	if err != nil {
		return err
	}
	if len(cut) > 0 {
		if err := os.WriteFile(path+damagedSuffix, cut, 0o600); err != nil {
			return fmt.Errorf("keep the unreadable end of the transaction journal: %w", err)
		}
		log.WithFields(logrus.Fields{"bytes": len(cut), "kept": path + damagedSuffix}).
			Warn("The transaction journal has an unreadable end, going on without it")
	}
	waiting := slices.DeleteFunc(slices.Clone(txs), s.included)
	if len(waiting) < len(txs) || len(cut) > 0 {
		if err := writeJournal(path, waiting); err != nil {
			return err
		}
	}
	s.takeBack(waiting, log)
	s.journal = locals.New(path, s.cfg.Rejournal, s.cfg.Chain.Config(), s.pool)
	if err := s.journal.Start(); err != nil {
		return fmt.Errorf("open transaction journal %q: %w", path, err)
	}
	return nil
}

// included reports whether the transaction is in a block. To find that out here
// is a hundred times cheaper than to let the pool recover its sender first.
func (s *Service) included(tx *types.Transaction) bool {
	lookup, _ := s.cfg.Chain.GetCanonicalTransaction(tx.Hash())
	return lookup != nil
}

// takeBack pools the transactions, their senders being recovered on all cores.
func (s *Service) takeBack(txs []*types.Transaction, log logrus.FieldLogger) {
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
	log.WithFields(logrus.Fields{"journalled": len(txs), "restored": restored}).Info("Took back local transactions")
}

// damagedSuffix names the file that keeps what was cut off a journal.
const damagedSuffix = ".damaged"

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

// writeJournal replaces the journal in one step.
func writeJournal(path string, txs []*types.Transaction) error {
	var enc bytes.Buffer
	for _, tx := range txs {
		if err := rlp.Encode(&enc, tx); err != nil {
			return fmt.Errorf("encode transaction %s: %w", tx.Hash(), err)
		}
	}
	fresh := path + ".fresh"
	if err := os.WriteFile(fresh, enc.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write transaction journal: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("write transaction journal: %w", err)
	}
	return nil
}
