package chain

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/monolith-chain/monolith/shared/pow"
)

// workPrefix + number (8 bytes, big-endian) + hash -> cumulative work, big-endian.
// go-ethereum stopped storing total difficulty; none of its keys starts with
// this prefix.
const workPrefix = "monolith-work-"

func workKey(hash common.Hash, number uint64) []byte {
	key := make([]byte, 0, len(workPrefix)+8+common.HashLength)
	key = append(key, workPrefix...)
	key = binary.BigEndian.AppendUint64(key, number)
	return append(key, hash[:]...)
}

func readWork(db ethdb.KeyValueReader, hash common.Hash, number uint64) *big.Int {
	enc, err := db.Get(workKey(hash, number))
	if err != nil || len(enc) == 0 {
		return nil
	}
	return new(big.Int).SetBytes(enc)
}

func writeWork(db ethdb.KeyValueWriter, hash common.Hash, number uint64, work *big.Int) error {
	return db.Put(workKey(hash, number), work.Bytes())
}

// TotalWork returns the cumulative work of the branch that ends in the given
// block, genesis counted as 1, or nil for a block that is not stored. Work is the
// expected number of hashes: 2^256 / (target + 1) per block.
func (s *Service) TotalWork(hash common.Hash, number uint64) *big.Int {
	return readWork(s.cfg.DB, hash, number)
}

// blockWork is what one block adds to its branch's cumulative work. The stock
// engine has no proofs: there every block counts the same and the longest branch
// wins.
func blockWork(params *pow.Params, header *types.Header) (*big.Int, error) {
	if params.Engine == pow.EngineStock {
		return big.NewInt(1), nil
	}
	seal, err := pow.ParseSeal(header.Extra)
	if err != nil {
		return nil, err
	}
	return pow.Work(seal.Target), nil
}

// works returns the cumulative work at each of the given linked blocks, whose
// first one's parent is stored.
func (s *Service) works(blocks types.Blocks) ([]*big.Int, error) {
	first := blocks[0]
	total := s.TotalWork(first.ParentHash(), first.NumberU64()-1)
	if total == nil {
		return nil, fmt.Errorf("%w: block %d has parent %#x", ErrUnknownParent, first.NumberU64(), first.ParentHash())
	}
	works := make([]*big.Int, len(blocks))
	for i, block := range blocks {
		work, err := blockWork(s.cfg.Params, block.Header())
		if err != nil {
			return nil, s.condemn(blocks[i:], err)
		}
		total = new(big.Int).Add(total, work)
		works[i] = total
	}
	return works, nil
}
