package pow

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// EngineStock is the value of Params.Engine that replaces the consensus of
// this package by go-ethereum's own, which checks no proof: for serving
// foreign chains in conformance tests.
const EngineStock = "stock"

const (
	// minTargetInterval: stamps are whole seconds and must grow, so a chain
	// that aims at one block a second can never catch up with a fast one and
	// its time runs away from real time.
	minTargetInterval = 2

	// maxTargetInterval, a day, only rules out slips of the pen.
	maxTargetInterval = 24 * 60 * 60

	// maxHalfLifeRatio bounds the half-life in target intervals. The coarsest
	// rounding to compact form lengthens the mean interval by 0.0022 % of the
	// half-life, so 256 keeps that well below 1 % of the interval.
	maxHalfLifeRatio = 256

	commitmentSize = 20
)

// Params are the consensus parameters of a network: the object config.pow of
// its genesis file. All nodes of a network must agree on them, which the
// genesis block's extra data makes sure of. They are read-only once an engine
// has been made with them.
type Params struct {
	TargetInterval  uint64   // T: mean seconds between blocks
	HalfLife        uint64   // τ: seconds of delay that double the target
	Limit           *big.Int // the easiest target allowed, up to 2^256 − 1
	InitialTarget   Compact  // the genesis block's target
	RewardGwei      uint64   // paid to the miner of each block
	HalvingInterval uint64   // blocks after which the reward halves; 0 = never
	SafeDepth       uint64   // blocks on top that make one "safe"
	FinalizedDepth  uint64   // blocks on top that make one "finalized"
	Engine          string   // "" or EngineStock
}

// DefaultParams returns the parameters of a small network: a block every 4 s,
// 2 ether each for ever, and a first target that one core reaches in seconds.
func DefaultParams() Params {
	return Params{
		TargetInterval: 4,
		HalfLife:       120,
		Limit:          new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 248), big.NewInt(1)),
		InitialTarget:  NewCompact(new(big.Int).Lsh(big.NewInt(1), 234)),
		RewardGwei:     2_000_000_000,
		SafeDepth:      12,
		FinalizedDepth: 64,
	}
}

// Validate reports every fault at once, each named by its key in the genesis
// file.
func (p *Params) Validate() error {
	var errs []error
	fault := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf(key+": "+format, args...))
	}
	t, limitValid := p.TargetInterval, p.Limit != nil && p.Limit.Sign() > 0 && p.Limit.BitLen() <= 256
	instant := limitValid && p.Instant()
	switch {
	case instant && t != 1:
		fault("targetInterval", "must be 1 with the limit at 2^256-1, which is for blocks on demand; have %d", t)
	case !instant && (t < minTargetInterval || t > maxTargetInterval):
		fault("targetInterval", "must be from %d to %d seconds, have %d", minTargetInterval, maxTargetInterval, t)
	case p.HalfLife < t || p.HalfLife > maxHalfLifeRatio*t:
		fault("halfLife", "must be from 1 to %d target intervals (%d to %d seconds), have %d",
			maxHalfLifeRatio, t, maxHalfLifeRatio*t, p.HalfLife)
	}
	if !limitValid {
		fault("limit", "must be from 1 to 2^256-1, have %v", p.Limit)
	}
	if err := p.InitialTarget.Validate(); err != nil {
		fault("initialTarget", "%w", err)
	} else if limitValid {
		switch easiest := NewCompact(p.Limit); {
		case p.InitialTarget > easiest:
			fault("initialTarget", "must be at most the limit, which is %v, have %v", easiest, p.InitialTarget)
		case instant && p.InitialTarget != easiest:
			fault("initialTarget", "must be the limit, %v, for blocks on demand; have %v", easiest, p.InitialTarget)
		}
	}
	if p.FinalizedDepth < p.SafeDepth {
		fault("finalizedDepth", "must be at least safeDepth, %d, have %d", p.SafeDepth, p.FinalizedDepth)
	}
	if p.Engine != "" && p.Engine != EngineStock {
		fault("engine", "must be %q or absent, have %q", EngineStock, p.Engine)
	}
	return errors.Join(errs...)
}

// Instant reports whether blocks come on demand: the limit is 2^256 − 1, so
// that practically any nonce is a proof. Validate demands a target interval of
// one second with it, for then dt ≥ T always and the target never leaves the
// limit.
func (p *Params) Instant() bool {
	return p.Limit.Cmp(maxUint256) == 0
}

// maxUint256 is 2^256 − 1. It is never written to.
var maxUint256 = new(big.Int).Sub(two256, big.NewInt(1))

// Commitment returns the first 20 bytes of the keccak256 hash of the
// parameters' canonical encoding. That is the RLP list of eight unsigned
// integers in this order: targetInterval, halfLife, limit, initialTarget (the
// compact form as a number), rewardGwei, halvingInterval, safeDepth,
// finalizedDepth. Engine is not part of it: a chain served with the stock
// engine has a foreign genesis block.
func (p *Params) Commitment() [commitmentSize]byte {
	// As bytes the limit encodes as it does as a number. Neither they nor
	// unsigned integers can fail to; a negative limit is for Validate to refuse.
	encoded, _ := rlp.EncodeToBytes([]any{
		p.TargetInterval, p.HalfLife, p.Limit.Bytes(), uint32(p.InitialTarget),
		p.RewardGwei, p.HalvingInterval, p.SafeDepth, p.FinalizedDepth,
	})
	return [commitmentSize]byte(crypto.Keccak256(encoded))
}

// GenesisExtra returns the genesis block's extra data: the commitment, the
// initial target and a nonce of zero. It has the form of a seal, so block 1
// finds its parent's target where every block does, but carries no proof.
func (p *Params) GenesisExtra() []byte {
	commitment := p.Commitment()
	return Seal{Vanity: commitment[:], Target: p.InitialTarget}.Encode()
}

// VerifyGenesis reports whether a genesis header belongs to the parameters.
// Its errors wrap ErrDifficulty or ErrGenesis.
func (p *Params) VerifyGenesis(header *types.Header) error {
	if header.Difficulty == nil || header.Difficulty.Sign() != 0 {
		return fmt.Errorf("%w: have %v", ErrDifficulty, header.Difficulty)
	}
	if want := p.GenesisExtra(); !bytes.Equal(header.Extra, want) {
		return fmt.Errorf("%w: extraData is %#x, want %#x", ErrGenesis, header.Extra, want)
	}
	return nil
}

// Reward returns what the block with the given number pays its miner, in gwei.
// The genesis block pays nothing.
func (p *Params) Reward(number uint64) uint64 {
	switch {
	case number == 0:
		return 0
	case p.HalvingInterval == 0:
		return p.RewardGwei
	default:
		return p.RewardGwei >> ((number - 1) / p.HalvingInterval)
	}
}

// Withdrawals returns the withdrawals that the block with the given number
// must have: the reward to its coinbase, or an empty, non-nil list if the
// reward is 0.
func (p *Params) Withdrawals(number uint64, coinbase common.Address) types.Withdrawals {
	reward := p.Reward(number)
	if reward == 0 {
		return types.Withdrawals{}
	}
	return types.Withdrawals{{Index: number, Address: coinbase, Amount: reward}}
}
