package sync

import (
	"context"

	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// serveBlocks answers with the blocks of the given hashes, as they are stored: a
// prefix of them that ends with the first one that is not on our canonical chain,
// or when the response is large enough. Serving a block says that it was executed.
func (s *Service) serveBlocks(_ context.Context, from peer.ID, data []byte) ([]byte, error) {
	hashes, err := decodeHashes(data, maxBlocks)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	db := s.cfg.Chain.DB()
	var blocks [][]byte
	size := 0
	for _, hash := range hashes {
		if size >= softResponse {
			break
		}
		block := rawBlock(db, hash)
		if block == nil {
			break
		}
		blocks = append(blocks, block)
		size += len(block)
	}
	s.metrics.served.WithLabelValues("blocks").Add(float64(len(blocks)))
	return wrapList(blocks...), nil
}
