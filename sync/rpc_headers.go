package sync

import (
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// serveHeaders answers with the headers of our canonical chain that follow the
// first hash of the locator that is on it, as they are stored.
func (s *Service) serveHeaders(_ context.Context, from peer.ID, data []byte) ([]byte, error) {
	request, err := decodeHeadersRequest(data)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	db := s.cfg.Chain.DB()
	for _, hash := range request.Locator {
		number, ok := rawdb.ReadHeaderNumber(db, hash)
		if !ok || s.cfg.Chain.GetCanonicalHash(number) != hash {
			continue
		}
		headers := s.headersAfter(hash, number, min(request.Max, maxHeaders))
		s.metrics.served.WithLabelValues("headers").Add(float64(len(headers)))
		return encode(headers), nil
	}
	return nil, nodep2p.Refuse("no block of the locator is on my chain")
}

// headersAfter returns up to count encoded headers above the given canonical
// block, ascending. They follow it even if the chain is switched meanwhile.
func (s *Service) headersAfter(hash common.Hash, number, count uint64) []rlp.RawValue {
	head := s.cfg.Chain.CurrentBlock().Number.Uint64()
	if head <= number || count == 0 {
		return []rlp.RawValue{}
	}
	count = min(count, head-number)
	headers := rawdb.ReadHeaderRange(s.cfg.Chain.DB(), number+count, count)
	slices.Reverse(headers)
	if len(headers) == 0 || types.HeaderParentHashFromRLP(headers[0]) != hash {
		return []rlp.RawValue{}
	}
	return headers
}

// rawBlock returns the encoding of a canonical block, put together of the encoded
// parts that are stored; nil if there is no such block.
func rawBlock(db ethdb.Reader, hash common.Hash) rlp.RawValue {
	number, ok := rawdb.ReadHeaderNumber(db, hash)
	if !ok || rawdb.ReadCanonicalHash(db, number) != hash {
		return nil
	}
	header, body := rawdb.ReadHeaderRLP(db, hash, number), rawdb.ReadBodyRLP(db, hash, number)
	if len(header) == 0 || len(body) == 0 {
		return nil
	}
	rest, _, err := rlp.SplitList(body)
	if err != nil {
		return nil
	}
	return wrapList(header, rest)
}

// wrapList encodes a list whose content is given in encoded pieces.
func wrapList(pieces ...[]byte) rlp.RawValue {
	size := 0
	for _, piece := range pieces {
		size += len(piece)
	}
	list := appendListHeader(make([]byte, 0, size+9), size)
	for _, piece := range pieces {
		list = append(list, piece...)
	}
	return list
}

// appendListHeader appends what precedes the content of a list of the given size.
func appendListHeader(list []byte, size int) []byte {
	if size < 56 {
		return append(list, 0xc0+byte(size))
	}
	var length []byte
	for n := size; n > 0; n >>= 8 {
		length = append(length, byte(n))
	}
	slices.Reverse(length)
	return append(append(list, 0xf7+byte(len(length))), length...)
}
