package txpool

import (
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/core/txpool/locals"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/sirupsen/logrus"
)

// openJournal takes back the journalled transactions and starts go-ethereum's
// tracker on the file. The tracker alone would not do: it looks at the journal's
// transactions for the first time ten seconds after the start, and appends to a
// record that a crash cut in half, which makes all later ones unreadable.
func (s *Service) openJournal() error {
	if s.cfg.Journal == "" {
		return nil
	}
	txs, cut, err := repairJournal(s.cfg.Journal)
	if err != nil {
		return err
	}
	if cut > 0 {
		s.cfg.Log.WithFields(logrus.Fields{"bytes": cut, "kept": s.cfg.Journal + damagedSuffix}).
			Warn("Cut the unreadable end off the transaction journal")
	}
	restored := 0
	for _, err := range s.add(txs, true) {
		if err == nil {
			restored++
		}
	}
	if len(txs) > 0 {
		s.cfg.Log.WithFields(logrus.Fields{"journalled": len(txs), "restored": restored}).Info("Took back local transactions")
	}
	s.journal = locals.New(s.cfg.Journal, s.cfg.Rejournal, s.cfg.Chain.Config(), s.pool)
	if err := s.journal.Start(); err != nil {
		return fmt.Errorf("open transaction journal %q: %w", s.cfg.Journal, err)
	}
	return nil
}

// damagedSuffix names the file that keeps what was cut off a journal.
const damagedSuffix = ".damaged"

// repairJournal reads the transactions of the journal and cuts off what follows
// the last readable one, keeping it in a file beside the journal. It returns the
// number of bytes cut off.
func repairJournal(path string) (txs []*types.Transaction, cut int, err error) {
	enc, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read transaction journal: %w", err)
	}
	rest := enc
	for len(rest) > 0 {
		_, _, after, err := rlp.Split(rest)
		tx := new(types.Transaction)
		if err != nil || rlp.DecodeBytes(rest[:len(rest)-len(after)], tx) != nil {
			break
		}
		txs, rest = append(txs, tx), after
	}
	if len(rest) == 0 {
		return txs, 0, nil
	}
	if err := os.WriteFile(path+damagedSuffix, rest, 0o600); err != nil {
		return nil, 0, fmt.Errorf("repair transaction journal: %w", err)
	}
	if err := os.Truncate(path, int64(len(enc)-len(rest))); err != nil {
		return nil, 0, fmt.Errorf("repair transaction journal: %w", err)
	}
	return txs, len(rest), nil
}
