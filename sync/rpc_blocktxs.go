package sync

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// rebuildPatience is how long a request for a block's transactions waits while
// this node is still rebuilding the block itself: it was forwarded before.
const rebuildPatience = 5 * time.Second

// serveBlockTxs answers with transactions of a block that we have announced,
// forwarded or stored, on whichever branch.
func (s *Service) serveBlockTxs(ctx context.Context, from peer.ID, data []byte) ([]byte, error) {
	request, err := decodeBlockTxsRequest(data)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	block := s.findBlock(ctx, request.Block)
	if block == nil {
		return nil, nodep2p.Refuse("no such block")
	}
	txs := block.Transactions()
	if len(request.Indexes) > 0 {
		picked := make(types.Transactions, 0, len(request.Indexes))
		for _, index := range request.Indexes {
			if index >= uint64(len(txs)) {
				return nil, nodep2p.Refuse("the block has only %d transactions", len(txs))
			}
			picked = append(picked, txs[index])
		}
		txs = picked
	}
	s.metrics.served.WithLabelValues("block transactions").Add(float64(len(txs)))
	return encode(txs), nil
}

// findBlock returns a block that is stored or being inserted, and waits for one
// that is being rebuilt; nil if there is none.
func (s *Service) findBlock(ctx context.Context, hash common.Hash) *types.Block {
	if a := s.relay.get(hash); a != nil {
		ctx, cancel := context.WithTimeout(ctx, rebuildPatience)
		defer cancel()
		select {
		case <-a.rebuilt:
		case <-ctx.Done():
		case <-s.ctx.Done():
		}
		if block := a.block.Load(); block != nil {
			return block
		}
	}
	header := s.cfg.Chain.GetHeaderByHash(hash)
	if header == nil {
		return nil
	}
	return s.cfg.Chain.GetBlock(hash, header.Number.Uint64())
}

// fetchBlockTxs asks a peer for transactions of a block: those at the indexes, or
// all of them.
func (s *Service) fetchBlockTxs(ctx context.Context, from peer.ID, block common.Hash, indexes []uint64) (types.Transactions, error) {
	response, err := s.cfg.Network.Request(ctx, from, s.protocols.blockTxs, encode(&blockTxsRequest{Block: block, Indexes: indexes}))
	if err != nil {
		return nil, err
	}
	limit := len(indexes)
	if limit == 0 {
		limit = maxBlockTxs
	}
	txs, err := decodeTxs(response, limit)
	if err != nil {
		s.cfg.Network.Report(from, nodep2p.Malformed, err)
		return nil, err
	}
	if len(indexes) > 0 && len(txs) != len(indexes) {
		err := fmt.Errorf("%d transactions came, %d were asked for", len(txs), len(indexes))
		s.cfg.Network.Report(from, nodep2p.BadResponse, err)
		return nil, err
	}
	return txs, nil
}
