package sync

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/sirupsen/logrus"
)

const (
	// poolEvery is how often a peer's pool is compared with ours, beginning with
	// the handshake: gossip loses messages.
	poolEvery = time.Minute

	// poolTick is how often a peer is looked for whose turn it is.
	poolTick = time.Second

	// txsAtOnce is how many transactions are asked for at once.
	txsAtOnce = 512
)

// pooled returns the hashes of the executable transactions, and their digest.
func (s *Service) pooled() ([]common.Hash, *poolRequest) {
	pending, count := s.cfg.Pool.Pending(gethpool.PendingFilter{})
	hashes, digest := make([]common.Hash, 0, count), common.Hash{}
	for _, txs := range pending {
		for _, tx := range txs {
			hashes = append(hashes, tx.Hash)
			for i := range digest {
				digest[i] ^= tx.Hash[i]
			}
		}
	}
	return hashes, &poolRequest{Count: uint64(len(hashes)), Digest: digest}
}

// servePool answers with the hashes of our executable transactions, or with none
// if the peer has the same.
func (s *Service) servePool(_ context.Context, from peer.ID, data []byte) ([]byte, error) {
	theirs, err := decodePoolRequest(data)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	hashes, ours := s.pooled()
	if *theirs == *ours {
		hashes = nil
	}
	return encode(hashes[:min(len(hashes), maxPoolTxs)]), nil
}

// serveTxs answers with those of the transactions that the pool holds, as far as
// they fit.
func (s *Service) serveTxs(_ context.Context, from peer.ID, data []byte) ([]byte, error) {
	hashes, err := decodeHashes(data, maxTxs)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	var txs [][]byte
	size := 0
	for _, hash := range hashes {
		tx := s.cfg.Pool.Get(hash)
		if tx == nil {
			continue
		}
		enc := encode(tx)
		if size += len(enc); size > softResponse {
			break
		}
		txs = append(txs, enc)
	}
	s.metrics.served.WithLabelValues("transactions").Add(float64(len(txs)))
	return wrapList(txs...), nil
}

// exchangePools compares our pool with a peer's whenever one's turn has come.
func (s *Service) exchangePools() {
	ticker := time.NewTicker(poolTick)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
		if !s.Synced() {
			continue
		}
		now := s.cfg.Now()
		for _, p := range s.peers.greeted() {
			if now.Sub(p.pooled) < poolEvery {
				continue
			}
			s.peers.update(p.id, now, func(p *peerInfo) { p.pooled = now })
			s.spawn(func() {
				if err := s.pullPool(s.ctx, p.id); err != nil {
					s.log.WithField("peer", p.id).WithError(err).Debug("Pool exchange failed")
				}
			})
		}
	}
}

// pullPool fetches the transactions that a peer has and we have not. Those that
// our pool takes go round, since others may lack them too.
func (s *Service) pullPool(ctx context.Context, from peer.ID) error {
	_, ours := s.pooled()
	response, err := s.cfg.Network.Request(ctx, from, s.protocols.pool, encode(ours))
	if err != nil {
		return err
	}
	hashes, err := decodeHashes(response, maxPoolTxs)
	if err != nil {
		s.cfg.Network.Report(from, nodep2p.Malformed, err)
		return err
	}
	var lacking []common.Hash
	for _, hash := range hashes {
		if !s.cfg.Pool.Has(hash) {
			lacking = append(lacking, hash)
		}
	}
	got := 0
	for len(lacking) > 0 {
		asked := lacking[:min(len(lacking), txsAtOnce)]
		lacking = lacking[len(asked):]
		txs, err := s.fetchTxs(ctx, from, asked)
		if err != nil {
			return err
		}
		for i, fault := range s.cfg.Pool.Add(txs, true) {
			switch verdictOf(fault) {
			case txAccepted:
				got++
			case txInvalid:
				s.cfg.Network.Report(from, nodep2p.InvalidTransaction, fmt.Errorf("transaction %v: %w", txs[i].Hash(), fault))
				return fault
			}
		}
	}
	if got > 0 {
		s.metrics.txs.WithLabelValues("exchanged").Add(float64(got))
		s.log.WithFields(logrus.Fields{"peer": from, "txs": got}).Debug("Pool exchange brought transactions")
	}
	return nil
}

// fetchTxs asks a peer for transactions by hash. Some may be gone meanwhile.
func (s *Service) fetchTxs(ctx context.Context, from peer.ID, hashes []common.Hash) (types.Transactions, error) {
	response, err := s.cfg.Network.Request(ctx, from, s.protocols.txs, encode(hashes))
	if err != nil {
		return nil, err
	}
	txs, err := decodeTxs(response, len(hashes))
	if err != nil {
		s.cfg.Network.Report(from, nodep2p.Malformed, err)
		return nil, err
	}
	asked := make(map[common.Hash]bool, len(hashes))
	for _, hash := range hashes {
		asked[hash] = true
	}
	for _, tx := range txs {
		if !asked[tx.Hash()] {
			err := fmt.Errorf("transaction %v was not asked for", tx.Hash())
			s.cfg.Network.Report(from, nodep2p.BadResponse, err)
			return nil, err
		}
	}
	return txs, nil
}
