package miner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// snapshot is what there is to go back to.
type snapshot struct {
	id    uint64
	head  *types.Header
	clock reading
	txs   []*types.Transaction // in the pool
}

// Snapshot notes head, clock and pool, to go back to. Ids count up from 1.
func (d *Dev) Snapshot(ctx context.Context) (id uint64, err error) {
	err = d.do(ctx, func(_ context.Context, l *mainLoop) error {
		d.taken++
		id = d.taken
		d.snapshots = append(d.snapshots, snapshot{
			id: id, head: l.cfg.Chain.CurrentBlock(), clock: l.clock.read(time.Now()), txs: d.pooled(),
		})
		return nil
	})
	return id, err
}

// pooled is the pool's content, each account's in order of nonces.
func (d *Dev) pooled() []*types.Transaction {
	var all []*types.Transaction
	pending, queued := d.pool.Content()
	for _, accounts := range []map[common.Address][]*types.Transaction{pending, queued} {
		for _, txs := range accounts {
			all = append(all, txs...)
		}
	}
	return all
}

// Revert goes back to a snapshot, which is gone then, as are all later ones: to its
// block, to what its clock showed and its pool held. It is false if there is no such
// snapshot.
func (d *Dev) Revert(ctx context.Context, id uint64) (found bool, err error) {
	err = d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		i := slices.IndexFunc(d.snapshots, func(s snapshot) bool { return s.id == id })
		if i < 0 {
			return nil
		}
		to := d.snapshots[i]
		if err := d.back(ctx, l, to.head, to.txs); err != nil {
			return err
		}
		l.clock.restore(to.clock, time.Now())
		d.snapshots = d.snapshots[:i]
		found = true
		return nil
	})
	return found, err
}

// Snapshots returns the snapshots that there are to go back to: their ids, and
// the headers of their blocks.
func (d *Dev) Snapshots(ctx context.Context) (all map[uint64]*types.Header, err error) {
	err = d.do(ctx, func(context.Context, *mainLoop) error {
		all = make(map[uint64]*types.Header, len(d.snapshots))
		for _, s := range d.snapshots {
			all[s.id] = s.head
		}
		return nil
	})
	return all, err
}

// Rollback takes the last blocks off the chain. Their transactions are gone, and so
// are the snapshots that were taken of them. The clock goes on from the new head.
func (d *Dev) Rollback(ctx context.Context, depth uint64) error {
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		to, err := d.ancestor(l, depth)
		if err != nil {
			return err
		}
		return d.rollTo(ctx, l, to)
	})
}

// Restart takes all blocks but the genesis block off the chain, and lets the clock
// show the wall clock's time.
func (d *Dev) Restart(ctx context.Context) error {
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		if err := d.back(ctx, l, d.chain.GetHeaderByNumber(0), nil); err != nil {
			return err
		}
		d.snapshots = nil
		l.clock.restore(reading{now: uint64(time.Now().Unix())}, time.Now())
		return nil
	})
}

func (d *Dev) rollTo(ctx context.Context, l *mainLoop, to *types.Header) error {
	if err := d.back(ctx, l, to, d.pooled()); err != nil {
		return err
	}
	d.snapshots = slices.DeleteFunc(d.snapshots, func(s snapshot) bool { return s.head.Number.Cmp(to.Number) > 0 })
	l.clock.set(to.Time, time.Now())
	return nil
}

// ancestor returns the block that lies so far below the head.
func (d *Dev) ancestor(l *mainLoop, depth uint64) (*types.Header, error) {
	height := l.cfg.Chain.CurrentBlock().Number.Uint64()
	if depth > height {
		return nil, fmt.Errorf("there are no %d blocks to drop: the head is block %d", depth, height)
	}
	return d.chain.GetHeaderByNumber(height - depth), nil
}

// back makes an ancestor the head and the given transactions the pool's content.
func (d *Dev) back(ctx context.Context, l *mainLoop, to *types.Header, txs []*types.Transaction) error {
	l.drop()
	if err := d.chain.Rewind(ctx, to); err != nil {
		return err
	}
	return d.pool.Reset(txs)
}
