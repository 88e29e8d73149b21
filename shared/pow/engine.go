package pow

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

var _ consensus.Engine = (*Engine)(nil)

// Engine is the consensus engine of a network: go-ethereum's rules for blocks
// after the merge, which it embeds, and those that the package doc lists. It
// has no state but the parameters and is safe for concurrent use.
//
// It does not look at the clock. That a block is not stamped too far ahead of
// local time is for the chain service to see to, since such a block is held
// back, not refused for good.
type Engine struct {
	*beacon.Beacon
	params *Params
}

// NewEngine returns the engine of the network with the given parameters, which
// must be valid and must not be changed any more.
func NewEngine(p *Params) *Engine {
	return &Engine{Beacon: NewStockEngine(), params: p}
}

// NewStockEngine returns go-ethereum's engine alone, which checks no proof and
// takes any chain that execution allows.
func NewStockEngine() *beacon.Beacon {
	return beacon.New(ethash.NewFaker())
}

// Params returns the network's parameters. They are read-only.
func (e *Engine) Params() *Params { return e.params }

// VerifyProof checks what can be checked of a header without its parent: that
// the extra data is a seal and the header's hash meets the target in it. A
// header with a proof cost work, so much as its target says; whether that is
// the right target, only VerifyHeader can tell. Errors wrap ErrExtra,
// ErrTarget or ErrProof.
func (e *Engine) VerifyProof(header *types.Header) error {
	seal, err := ParseSeal(header.Extra)
	if err != nil {
		return err
	}
	return seal.checkProof(header.Hash())
}

// VerifyHeader checks a header against its parent, which the chain must know:
// consensus.ErrUnknownAncestor otherwise. Any other error means that the
// header is invalid for good; those of this package's rules wrap its sentinels.
func (e *Engine) VerifyHeader(chain consensus.ChainHeaderReader, header *types.Header) error {
	parent := parentOf(chain, header)
	return e.verifyHeader(&parentReader{chain, parent}, header, header.Hash())
}

// verifyHeader checks a header, whose hash is given, against chain.parent.
func (e *Engine) verifyHeader(chain *parentReader, header *types.Header, hash common.Hash) error {
	parent := chain.parent
	if parent == nil {
		return consensus.ErrUnknownAncestor
	}
	// The embedded engine takes a header with a difficulty for one from before
	// the merge, to which none of its rules apply.
	if header.Difficulty == nil || header.Difficulty.Sign() != 0 {
		return fmt.Errorf("%w: have %v", ErrDifficulty, header.Difficulty)
	}
	seal, err := ParseSeal(header.Extra)
	if err != nil {
		return err
	}
	if err := e.Beacon.VerifyHeader(chain, header); err != nil {
		return err
	}
	want, err := e.NextTarget(parent, header.Time)
	if err != nil {
		return err
	}
	if seal.Target != want {
		return fmt.Errorf("%w: have %v, want %v", ErrTarget, seal.Target, want)
	}
	if want := mixDigest(header.ParentHash); header.MixDigest != want {
		return fmt.Errorf("%w: have %v, want %v", ErrMixHash, header.MixDigest, want)
	}
	if root := header.ParentBeaconRoot; root != nil && *root != (common.Hash{}) {
		return fmt.Errorf("%w: have %v", ErrBeaconRoot, *root)
	}
	if gas := header.BlobGasUsed; gas != nil && *gas != 0 {
		return fmt.Errorf("%w: blobGasUsed is %d", ErrBlobTx, *gas)
	}
	if slot := header.SlotNumber; slot != nil && *slot != header.Number.Uint64() {
		return fmt.Errorf("%w: have %d, want %v", ErrSlotNumber, *slot, header.Number)
	}
	return seal.checkProof(hash)
}

// VerifyUncles checks a block's body beyond what the header commits to: no
// uncles, no blob transactions, and withdrawals that are exactly the reward.
// The name is go-ethereum's, whose block validator asks its engine for nothing
// else about bodies. Errors wrap ErrDifficulty, ErrBlobTx or ErrWithdrawals;
// for uncles it is go-ethereum's own.
func (e *Engine) VerifyUncles(chain consensus.ChainReader, block *types.Block) error {
	if block.Difficulty().Sign() != 0 {
		return fmt.Errorf("%w: have %v", ErrDifficulty, block.Difficulty())
	}
	if err := e.Beacon.VerifyUncles(chain, block); err != nil {
		return err
	}
	for i, tx := range block.Transactions() {
		if tx.Type() == types.BlobTxType {
			return fmt.Errorf("%w: transaction %d, %v", ErrBlobTx, i, tx.Hash())
		}
	}
	return verifyWithdrawals(block.Withdrawals(), e.params.Withdrawals(block.NumberU64(), block.Coinbase()))
}

func verifyWithdrawals(have, want types.Withdrawals) error {
	if len(have) != len(want) {
		return fmt.Errorf("%w: have %d of them, want %d", ErrWithdrawals, len(have), len(want))
	}
	for i := range want {
		if *have[i] != *want[i] {
			return fmt.Errorf("%w: have %+v, want %+v", ErrWithdrawals, *have[i], *want[i])
		}
	}
	return nil
}

// NextTarget returns the target of a block on the given parent that is stamped
// with the given time, which must be later than the parent's. The error wraps
// ErrExtra or ErrTarget if the parent's extra data is not a seal, which a
// verified parent's is.
func (e *Engine) NextTarget(parent *types.Header, time uint64) (Compact, error) {
	seal, err := ParseSeal(parent.Extra)
	if err != nil {
		return 0, fmt.Errorf("parent %v: %w", parent.Number, err)
	}
	return e.params.NextTarget(seal.Target, time-parent.Time), nil
}

// Prepare fills in what the rules say about a new header, whose ParentHash,
// Number and Time are set, and whose Extra is the vanity alone: the extra data
// with target and a zero nonce, the mix hash, and the constant fields. Errors:
// consensus.ErrUnknownAncestor; ErrExtra if the vanity is too long.
func (e *Engine) Prepare(chain consensus.ChainHeaderReader, header *types.Header) error {
	parent := parentOf(chain, header)
	if parent == nil {
		return consensus.ErrUnknownAncestor
	}
	if len(header.Extra) > MaxVanity {
		return fmt.Errorf("%w: a vanity of %d bytes, at most %d fit", ErrExtra, len(header.Extra), MaxVanity)
	}
	target, err := e.NextTarget(parent, header.Time)
	if err != nil {
		return err
	}
	header.Extra = Seal{Vanity: header.Extra, Target: target}.Encode()
	header.MixDigest = mixDigest(header.ParentHash)
	header.Difficulty = new(big.Int)
	header.Nonce = types.BlockNonce{}
	header.UncleHash = types.EmptyUncleHash
	if chain.Config().IsCancun(header.Number, header.Time) {
		header.ParentBeaconRoot = new(common.Hash)
	}
	if chain.Config().IsAmsterdam(header.Number, header.Time) {
		slot := header.Number.Uint64()
		header.SlotNumber = &slot
	}
	return nil
}

// Seal refuses: the miner seals with Hashers, on threads that it owns.
func (e *Engine) Seal(consensus.ChainHeaderReader, *types.Block, chan<- *types.Block, <-chan struct{}) error {
	return ErrSeal
}

// SealHash returns the hash of a header with its nonce set to zero, which
// identifies a piece of work whatever nonce is found for it. The header's
// extra data must be a seal; the hash is zero if it is not.
func (e *Engine) SealHash(header *types.Header) common.Hash {
	seal, err := ParseSeal(header.Extra)
	if err != nil {
		return common.Hash{}
	}
	seal.Nonce = 0
	unsealed := *header
	unsealed.Extra = seal.Encode()
	return unsealed.Hash()
}

// mixDigest is PREVRANDAO of a block with the given parent: not random, since
// miners choose among their blocks, but different each time.
func mixDigest(parent common.Hash) common.Hash {
	return crypto.Keccak256Hash(parent[:])
}

// parentOf returns the header's parent if the chain has it, else nil.
func parentOf(chain consensus.ChainHeaderReader, header *types.Header) *types.Header {
	if header.Number == nil || header.Number.Sign() == 0 {
		return nil
	}
	return chain.GetHeader(header.ParentHash, header.Number.Uint64()-1)
}

// parentReader is a chain as the embedded engine needs it to verify one
// header: it is asked for the parent, which need not be stored yet.
type parentReader struct {
	consensus.ChainHeaderReader
	parent *types.Header
}

func (r *parentReader) GetHeader(common.Hash, uint64) *types.Header { return r.parent }
