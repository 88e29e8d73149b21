package chain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
)

// sidePrefix + number (8 bytes, big-endian) + hash -> block, for blocks that were
// never executed. Their headers are where go-ethereum looks for headers. Their
// bodies are not: core.BlockChain takes a block that has a body and whose state
// root it knows for an executed one, and two empty siblings of one miner, made in
// the same second, do have the same state.
const sidePrefix = "monolith-side-"

func sideKey(hash common.Hash, number uint64) []byte {
	return append(sideKeyAt(number), hash[:]...)
}

func sideKeyAt(number uint64) []byte {
	key := make([]byte, 0, len(sidePrefix)+8+common.HashLength)
	key = append(key, sidePrefix...)
	return binary.BigEndian.AppendUint64(key, number)
}

// writeSide stores a checked block of a side branch with its branch's work.
func writeSide(db ethdb.KeyValueStore, block *types.Block, work *big.Int) error {
	enc, err := rlp.EncodeToBytes(block)
	if err != nil {
		return fmt.Errorf("encode block %d: %w", block.NumberU64(), err)
	}
	batch := db.NewBatch()
	rawdb.WriteHeader(batch, block.Header())
	if err := batch.Put(sideKey(block.Hash(), block.NumberU64()), enc); err != nil {
		return err
	}
	if err := writeWork(batch, block.Hash(), block.NumberU64(), work); err != nil {
		return err
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("store block %d: %w", block.NumberU64(), err)
	}
	return nil
}

// forgetSide deletes what writeSide stored, or nothing.
func forgetSide(db ethdb.KeyValueStore, hash common.Hash, number uint64) error {
	batch := db.NewBatch()
	if err := errors.Join(batch.Delete(sideKey(hash, number)), batch.Delete(workKey(hash, number))); err != nil {
		return err
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("forget block %d: %w", number, err)
	}
	return nil
}

// readSide returns a block that was stored by writeSide, or nil.
func readSide(db ethdb.KeyValueReader, hash common.Hash, number uint64) *types.Block {
	enc, err := db.Get(sideKey(hash, number))
	if err != nil {
		return nil
	}
	block := new(types.Block)
	if rlp.DecodeBytes(enc, block) != nil {
		return nil
	}
	return block
}

// pruneSide forgets the side blocks that no branch can start from any more, since
// the freezer has taken in the block of their height.
func (s *Service) pruneSide() error {
	head := s.CurrentBlock().Number.Uint64()
	if head <= params.FullImmutabilityThreshold {
		return nil
	}
	return s.cfg.DB.DeleteRange(sideKeyAt(0), sideKeyAt(head-params.FullImmutabilityThreshold))
}

// stored reports whether a block need not be sent again.
func (s *Service) stored(block *types.Block) bool {
	hash, number := block.Hash(), block.NumberU64()
	if s.TotalWork(hash, number) == nil {
		return false
	}
	if s.Reader.HasBlock(hash, number) {
		return true
	}
	side, err := s.cfg.DB.Has(sideKey(hash, number))
	return err == nil && side
}

// HasBlock reports whether the block is stored, on whichever branch.
func (s *Service) HasBlock(hash common.Hash, number uint64) bool {
	return s.Reader.HasBlock(hash, number) || readSide(s.cfg.DB, hash, number) != nil
}

// GetBlock returns the block, on whichever branch, or nil.
func (s *Service) GetBlock(hash common.Hash, number uint64) *types.Block {
	if block := s.Reader.GetBlock(hash, number); block != nil {
		return block
	}
	return readSide(s.cfg.DB, hash, number)
}

// GetBlockByHash is GetBlock without the number.
func (s *Service) GetBlockByHash(hash common.Hash) *types.Block {
	header := s.GetHeaderByHash(hash)
	if header == nil {
		return nil
	}
	return s.GetBlock(hash, header.Number.Uint64())
}
