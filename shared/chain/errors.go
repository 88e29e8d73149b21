package chain

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
)

var (
	// ErrGenesisMismatch means that the database belongs to another network.
	ErrGenesisMismatch = errors.New("the data directory belongs to another network: name that one (--genesis, --network) or choose another --datadir")

	// ErrUnknownParent means that a block's parent is not stored here. The block
	// may be valid: fetch its ancestors first.
	ErrUnknownParent = errors.New("unknown parent")

	// ErrFutureBlock means that a block is too far ahead of the local clock. It
	// was kept, if near enough, and is tried again when its time has come.
	ErrFutureBlock = errors.New("block is ahead of the clock")

	// ErrBadBlock wraps the rule that a block breaks. It and its descendants are
	// remembered and refused without being looked at again.
	ErrBadBlock = errors.New("invalid block")

	// ErrNotLinked means that the blocks given are not a chain.
	ErrNotLinked = errors.New("blocks are not linked")

	// ErrStopped means that the chain is shutting down.
	ErrStopped = errors.New("chain is stopped")
)

// invalid says which block breaks which rule; both are found with errors.Is.
func invalid(block *types.Block, rule error) error {
	return fmt.Errorf("%w %d (%#x): %w", ErrBadBlock, block.NumberU64(), block.Hash(), rule)
}
