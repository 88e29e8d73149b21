package miner

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
)

// Payload is a block that lacks nothing but the nonce, with all that its
// execution gave.
type Payload struct {
	Block    *types.Block   // sealed with nonce zero, which is hardly a proof
	Receipts types.Receipts // their block hash is filled in by sealing
	State    *state.StateDB // after the block: good for one Commit
	Fees     *big.Int       // what the coinbase earns on top of the reward, in wei

	Built     time.Duration // time that building took
	Truncated bool          // the time for building ran out before the transactions did
}

// Empty reports whether the payload has no transactions.
func (p *Payload) Empty() bool { return len(p.Block.Transactions()) == 0 }

// seal returns the block with the given header, which is the payload's own but
// for the nonce, and makes the receipts that block's. A payload is sealed once: a
// second block would share receipts and state with the first.
func (p *Payload) seal(header *types.Header) *types.Block {
	block := p.Block.WithSeal(header)
	p.locate(block.Hash())
	return block
}

// locate writes the block's hash into the receipts and their logs. Execution
// cannot: the hash covers the state that results from it.
func (p *Payload) locate(hash common.Hash) {
	for _, receipt := range p.Receipts {
		receipt.BlockHash = hash
		for _, log := range receipt.Logs {
			log.BlockHash = hash
		}
	}
}
