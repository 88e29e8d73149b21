package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/monolith-chain/monolith/shared/pow"
)

// progressBlocks is how many verified blocks lie between two calls of progress and
// looks at the context.
const progressBlocks = 256

// FaultError is something stored that is not as it must be: damage, since nothing of the
// kind is written.
type FaultError struct {
	Number uint64 // of the block
	Hash   common.Hash
	Err    error
}

func (f *FaultError) Error() string {
	return fmt.Sprintf("block %d (%#x): %v", f.Number, f.Hash, f.Err)
}

// Unwrap returns what is wrong.
func (f *FaultError) Unwrap() error { return f.Err }

// Verify checks the blocks of the head's branch from first to last, or to the head
// if that is lower, as they are stored: that each links to the one before it and is
// found by its number and its hash; that header and body obey the rules of
// consensus, the proof of work first; that body and receipts are those which the
// header commits to; and that the cumulative work adds up. Blocks are not executed,
// but receipts tell what came out when they were.
//
// It reads the database of a chain that is not open, and writes nothing. The first
// thing that is wrong comes back as a *FaultError. progress may be nil.
func Verify(ctx context.Context, cfg Config, first, last uint64, progress func(Progress)) (Progress, error) {
	head := storedHead(cfg.DB)
	if head == nil {
		return Progress{}, errors.New("there is no chain in the database")
	}
	last = min(last, head.Number.Uint64())
	if first > last {
		return Progress{}, fmt.Errorf("verify from block %d: the head is block %d", first, last)
	}
	v := &verifier{cfg: cfg, engine: engine(cfg.Params)}
	if first > 0 {
		if err := v.begin(first - 1); err != nil {
			return Progress{}, err
		}
	}
	start := time.Now()
	done := func() Progress {
		v.done.Elapsed = time.Since(start)
		return v.done
	}
	for number := first; number <= last; number++ {
		if err := v.next(number); err != nil {
			return done(), err
		}
		if number%progressBlocks == 0 {
			if ctx.Err() != nil {
				return done(), context.Cause(ctx)
			}
			if progress != nil {
				progress(done())
			}
		}
	}
	if last == head.Number.Uint64() && v.hash != head.Hash() {
		return done(), &FaultError{last, v.hash, fmt.Errorf("the head is %#x", head.Hash())}
	}
	return done(), nil
}

// storedHead returns the head that the next start will bring back.
func storedHead(db ethdb.Database) *types.Header {
	hash := rawdb.ReadHeadBlockHash(db)
	if noted, err := db.Get(recoveryKey); err == nil {
		hash = common.BytesToHash(noted)
	}
	number, ok := rawdb.ReadHeaderNumber(db, hash)
	if !ok {
		return nil
	}
	return rawdb.ReadHeader(db, hash, number)
}

// verifier checks blocks one after the other.
type verifier struct {
	cfg    Config
	engine consensus.Engine
	done   Progress

	parent *types.Header // nil before the first block
	hash   common.Hash   // of parent
	work   *big.Int      // up to parent
}

// begin takes a block on trust, for the next one to be compared with.
func (v *verifier) begin(number uint64) error {
	db := v.cfg.DB
	v.hash = rawdb.ReadCanonicalHash(db, number)
	v.parent, v.work = rawdb.ReadHeader(db, v.hash, number), readWork(db, v.hash, number)
	if v.parent == nil || v.work == nil {
		return &FaultError{number, v.hash, errors.New("its header or its cumulative work is missing")}
	}
	return nil
}

// next checks the block on top of the one before.
func (v *verifier) next(number uint64) error {
	db := v.cfg.DB
	hash := rawdb.ReadCanonicalHash(db, number)
	header := rawdb.ReadHeader(db, hash, number)
	err := v.checkHeader(header, hash, number)
	if err == nil {
		err = v.checkBody(header, hash)
	}
	if err != nil {
		return &FaultError{number, hash, err}
	}
	v.parent, v.hash = header, hash
	v.done.Number = number
	v.done.Blocks++
	v.done.Gas += header.GasUsed
	return nil
}

func (v *verifier) checkHeader(header *types.Header, hash common.Hash, number uint64) error {
	db := v.cfg.DB
	switch {
	case hash == (common.Hash{}):
		return errors.New("the index by number does not have it")
	case header == nil:
		return errors.New("its header is missing or cannot be read")
	case header.Hash() != hash:
		return fmt.Errorf("its header has hash %#x", header.Hash())
	}
	if stored, ok := rawdb.ReadHeaderNumber(db, hash); !ok || stored != number {
		return errors.New("the index by hash does not have it")
	}
	work := big.NewInt(1) // of the genesis block
	if number > 0 {
		if header.ParentHash != v.hash {
			return fmt.Errorf("its parent is %#x, block %d is %#x", header.ParentHash, number-1, v.hash)
		}
		if v.cfg.Params.Engine != pow.EngineStock {
			if err := v.engine.VerifyHeader(v, header); err != nil {
				return err
			}
		}
		own, err := blockWork(v.cfg.Params, header)
		if err != nil {
			return err
		}
		work = own.Add(own, v.work)
	} else if genesis := v.cfg.Genesis.ToBlock().Hash(); hash != genesis {
		return fmt.Errorf("%w: the configured genesis block is %#x", ErrGenesisMismatch, genesis)
	}
	if stored := readWork(db, hash, number); stored == nil || stored.Cmp(work) != 0 {
		return fmt.Errorf("its cumulative work is stored as %v, it is %v", stored, work)
	}
	v.work = work
	return nil
}

func (v *verifier) checkBody(header *types.Header, hash common.Hash) error {
	number := header.Number.Uint64()
	block := rawdb.ReadBlock(v.cfg.DB, hash, number)
	if block == nil {
		return errors.New("its body is missing or cannot be read")
	}
	hasher := trie.NewStackTrie(nil)
	if root := types.DeriveSha(block.Transactions(), hasher); root != header.TxHash {
		return fmt.Errorf("its transactions have root %#x, the header says %#x", root, header.TxHash)
	}
	if header.WithdrawalsHash != nil {
		if root := types.DeriveSha(block.Withdrawals(), hasher); root != *header.WithdrawalsHash {
			return fmt.Errorf("its withdrawals have root %#x, the header says %#x", root, *header.WithdrawalsHash)
		}
	}
	if number > 0 && v.cfg.Params.Engine != pow.EngineStock {
		if err := v.engine.VerifyUncles(v, block); err != nil {
			return err
		}
	}
	txs := block.Transactions()
	receipts := rawdb.ReadRawReceipts(v.cfg.DB, hash, number)
	if len(receipts) != len(txs) {
		return fmt.Errorf("%d receipts can be read for %d transactions", len(receipts), len(txs))
	}
	for i, receipt := range receipts { // what is not stored, since it follows from the rest
		receipt.Type = txs[i].Type()
		receipt.Bloom = types.CreateBloom(receipt)
	}
	if root := types.DeriveSha(receipts, hasher); root != header.ReceiptHash {
		return fmt.Errorf("its receipts have root %#x, the header says %#x", root, header.ReceiptHash)
	}
	v.done.Transactions += uint64(len(txs))
	return nil
}

// The engine reads headers through these; all but the parent are of no use to it.

// Config implements consensus.ChainReader.
func (v *verifier) Config() *params.ChainConfig { return v.cfg.Genesis.Config }

// CurrentHeader implements consensus.ChainReader.
func (v *verifier) CurrentHeader() *types.Header { return v.parent }

// GetHeader implements consensus.ChainReader.
func (v *verifier) GetHeader(hash common.Hash, number uint64) *types.Header {
	if v.parent != nil && hash == v.hash && number == v.parent.Number.Uint64() {
		return v.parent
	}
	return rawdb.ReadHeader(v.cfg.DB, hash, number)
}

// GetHeaderByNumber implements consensus.ChainReader.
func (v *verifier) GetHeaderByNumber(number uint64) *types.Header {
	return v.GetHeader(rawdb.ReadCanonicalHash(v.cfg.DB, number), number)
}

// GetHeaderByHash implements consensus.ChainReader.
func (v *verifier) GetHeaderByHash(hash common.Hash) *types.Header {
	number, ok := rawdb.ReadHeaderNumber(v.cfg.DB, hash)
	if !ok {
		return nil
	}
	return v.GetHeader(hash, number)
}

// GetBlock implements consensus.ChainReader.
func (v *verifier) GetBlock(hash common.Hash, number uint64) *types.Block {
	return rawdb.ReadBlock(v.cfg.DB, hash, number)
}
