package miner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/pow"
)

// Reorg replaces the last blocks by a branch that has one more, since it takes more
// work to win and all blocks of a development chain count the same. The branch
// begins below the dropped blocks and is given to the chain as if another node had
// mined it: fork choice does the rest, with all events, and the transactions of the
// dropped blocks go back to the pool unless the branch contains them.
//
// Block i of the branch, counted from 0, contains txs(i, state), which is asked with
// the state before the block.
func (d *Dev) Reorg(ctx context.Context, depth uint64, txs func(i uint64, before *state.StateDB) ([]*types.Transaction, error)) error {
	if depth == 0 {
		return errors.New("a reorg drops at least one block")
	}
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		ancestor, err := d.ancestor(l, depth)
		if err != nil {
			return err
		}
		l.drop()
		statedb, err := d.chain.StateOf(ancestor)
		if err != nil {
			return fmt.Errorf("%w: a reorg of more than 127 blocks takes an older state, whose index is made in the first minutes of a node", err)
		}
		parent := ancestor
		for i := range depth + 1 {
			chosen, err := txs(i, statedb)
			if err != nil {
				return err
			}
			stamp := l.clock.stamp(parent.Time, time.Now())
			if i < depth {
				// A second after the block that it replaces: so it is another one.
				stamp = d.chain.GetHeaderByNumber(parent.Number.Uint64()+1).Time + 1
			}
			block, err := l.aside(ctx, parent, stamp, statedb, chosen)
			if err != nil {
				return err
			}
			if _, err := d.chain.InsertBlocks(ctx, types.Blocks{block}); err != nil {
				return err
			}
			parent = block.Header()
		}
		l.clock.stamped(parent.Time, time.Now())
		return d.pool.Sync()
	})
}

// aside makes a block of the given transactions on any other, whose state it is
// given and changes.
func (l *mainLoop) aside(ctx context.Context, parent *types.Header, stamp uint64, statedb *state.StateDB, txs []*types.Transaction) (*types.Block, error) {
	header, err := l.builder.header(parent, stamp)
	if err != nil {
		return nil, err
	}
	payload, err := l.builder.assemble(ctx, parent, header, statedb, func(a *assembly) (bool, error) {
		for _, tx := range txs {
			if _, err := a.execute(ctx, tx); err != nil {
				return false, fmt.Errorf("transaction %#x cannot be in block %d: %w", tx.Hash(), header.Number, err)
			}
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	sealed, err := pow.SealHeader(ctx, payload.Block.Header())
	if err != nil {
		return nil, err
	}
	return payload.Block.WithSeal(sealed), nil
}
