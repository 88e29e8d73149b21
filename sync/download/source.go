package download

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Source is a peer that has a chain. Its methods must return soon after their
// context ends. One request for headers and one for blocks may run at once.
//
// An answer that cannot be decoded is an error, and for the Source to report; what
// the answer says is judged by the downloader, which trusts none of it.
type Source interface {
	// ID names the peer.
	ID() string
	// Headers returns headers of the source's own chain, ascending: the first ones,
	// limit at most, that follow the first hash of the locator which is on that
	// chain. None means that the chain ends with that hash.
	Headers(ctx context.Context, locator []common.Hash, limit int) ([]*types.Header, error)
	// Blocks returns the blocks with the given hashes, in that order, or only the
	// first ones if the source has no more or an answer may not be larger. Decode
	// them with DecodeBlocks.
	Blocks(ctx context.Context, hashes []common.Hash) (types.Blocks, error)
}

// Target is the head of a source's chain, as the source describes it.
type Target struct {
	Source
	Hash   common.Hash
	Number uint64
	Work   *big.Int // cumulative; nil if the source did not say
}

// Fault is what a source can be blamed for.
type Fault string

const (
	// BadResponse is an answer that is longer than what was asked for.
	BadResponse Fault = "bad response"
	// Unlinked is for headers that follow neither each other nor the locator.
	Unlinked Fault = "unlinked headers"
	// InvalidHeader is for a header that breaks a rule: its proof, its target or
	// any other.
	InvalidHeader Fault = "invalid header"
	// FutureHeader is for a header too far ahead of this machine's clock, which
	// may be the one that is wrong.
	FutureHeader Fault = "header from the future"
	// FalseWork is for a chain whose headers do not show the work claimed for it.
	FalseWork Fault = "false work"
	// DeepFork is for a chain that parts from ours further back than a reorg can
	// go. No malice is needed for that.
	DeepFork Fault = "fork too deep"
	// BadBody is for a block that is not the one asked for, or whose body does
	// not match its header.
	BadBody Fault = "bad body"
	// InvalidBlock is for a chain with a block that proved invalid in execution.
	InvalidBlock Fault = "invalid block"
	// Timeout is for an answer that did not come in time.
	Timeout Fault = "timeout"
	// Empty is for blocks of the source's own chain that it does not deliver.
	Empty Fault = "blocks withheld"
)

// FaultError says what a source did. Sync's error wraps one if the target's source
// is why it ended.
type FaultError struct {
	Source string
	Fault  Fault
	Err    error
}

func (e *FaultError) Error() string { return fmt.Sprintf("%s from %s: %v", e.Fault, e.Source, e.Err) }

func (e *FaultError) Unwrap() error { return e.Err }
