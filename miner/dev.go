package miner

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
)

// settleLimit bounds how long the sender of a transaction is kept waiting for its
// block, which usually takes two milliseconds.
const settleLimit = 5 * time.Second

// settleCrowd is how many senders may wait at a time. More are a load test, whose
// transactions are mined no later, but which is not to be slowed down by a block for
// every few of them.
const settleCrowd = 8

// maxStamp is the latest stamp that may be asked for: the largest number that
// clients in JavaScript can read.
const maxStamp = 1<<53 - 1

// DevChain is what Dev needs of the block chain beyond mining.
type DevChain interface {
	GetHeaderByNumber(number uint64) *types.Header
	GetBlock(hash common.Hash, number uint64) *types.Block
	StateOf(header *types.Header) (*state.StateDB, error)
	InsertBlocks(ctx context.Context, blocks types.Blocks) (int, error)
	Rewind(ctx context.Context, to *types.Header) error
	Bulk(work func() error) error // which adds many blocks
}

// DevPool is what Dev needs of the transaction pool beyond mining.
type DevPool interface {
	Content() (pending, queued map[common.Address][]*types.Transaction)
	TxStatus(hash common.Hash) gethpool.TxStatus
	Sync() error
	Reset(txs []*types.Transaction) error
	Drop(condition func(*types.Transaction) bool) (int, error)
}

// DevConfig is what the controls of a development chain need.
type DevConfig struct {
	Miner *Service // of a chain with pow.Params.Instant
	Chain DevChain
	Pool  DevPool

	Wallet DevWallet

	// Bank is the key of an account that is rich enough to make others rich.
	Bank *ecdsa.PrivateKey
}

// DevWallet signs for the accounts whose keys the node has.
type DevWallet interface {
	Accounts() []common.Address
	SignHash(account common.Address, hash []byte) ([]byte, error)
}

// Dev are the controls of a development chain: its user mines by hand, moves the
// clock, goes back to snapshots, and makes reorgs. Every block that comes of it is
// one that any other node accepts. All of it is done by the miner's main loop, one
// thing after the other, so that nothing is mined in between.
type Dev struct {
	*Service
	chain  DevChain
	pool   DevPool
	wallet DevWallet
	bank   *ecdsa.PrivateKey

	looks    atomic.Uint64 // how often Settle had the pool looked at
	settling atomic.Int32  // senders that wait in Settle

	// The main loop's.
	snapshots []snapshot
	taken     uint64 // snapshots so far
}

// NewDev returns the controls of the miner's chain, which must be a development
// chain.
func NewDev(cfg DevConfig) (*Dev, error) {
	switch {
	case cfg.Miner == nil || cfg.Chain == nil || cfg.Pool == nil || cfg.Wallet == nil || cfg.Bank == nil:
		return nil, errors.New("development chain: no miner, chain, pool, wallet or bank")
	case !cfg.Miner.cfg.Params.Instant():
		return nil, errors.New("development chain: blocks need work on this chain")
	}
	return &Dev{Service: cfg.Miner, chain: cfg.Chain, pool: cfg.Pool, wallet: cfg.Wallet, bank: cfg.Bank}, nil
}

// do has the main loop do something and waits for it. What has begun ends early
// only if it heeds its context, which ends with ctx and with the miner.
func (d *Dev) do(ctx context.Context, work func(ctx context.Context, l *mainLoop) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(d.ctx, func() { cancel(registry.ErrStopped) })()
	done := make(chan error, 1)
	select {
	case d.orders <- func(l *mainLoop) {
		err := work(ctx, l)
		d.pending.stale.Store(true)
		done <- err
	}:
		return <-done
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Mine makes so many blocks, the first of them of what the pool holds. A stamp
// other than 0 is that of the first; the others follow gap seconds after each other,
// or with a gap of 0 as the clock says.
func (d *Dev) Mine(ctx context.Context, count, stamp, gap uint64) error {
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		if stamp != 0 {
			if err := d.choose(l, stamp); err != nil {
				return err
			}
		}
		return d.mineMany(ctx, l, count, func(i uint64, parent *types.Header) {
			if gap > 0 && i > 0 {
				l.clock.choose(parent.Time + gap)
			}
		})
	})
}

// MineApart makes so many blocks, before each of which the clock moves on by so
// many seconds.
func (d *Dev) MineApart(ctx context.Context, count, seconds uint64) error {
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		return d.mineMany(ctx, l, count, func(_ uint64, parent *types.Header) {
			if seconds > 0 {
				l.clock.catchUp(parent.Time, time.Now())
				l.clock.advance(seconds)
			}
		})
	})
}

// mineMany makes so many blocks; prepare is told of each before.
func (d *Dev) mineMany(ctx context.Context, l *mainLoop, count uint64, prepare func(i uint64, parent *types.Header)) error {
	if count == 1 {
		prepare(0, l.cfg.Chain.CurrentBlock())
		block, payload, err := l.mine(ctx, false)
		if err == nil {
			l.reportFound(block, payload)
		}
		return err
	}
	began, made := time.Now(), uint64(0)
	err := d.chain.Bulk(func() error {
		for ; made < count; made++ {
			prepare(made, l.cfg.Chain.CurrentBlock())
			if _, _, err := l.mine(ctx, false); err != nil {
				return fmt.Errorf("after %d of %d blocks: %w", made, count, err)
			}
		}
		return nil
	})
	l.cfg.Log.WithFields(logrus.Fields{
		"blocks": made, "number": l.cfg.Chain.CurrentBlock().Number, "elapsed": time.Since(began).Round(time.Millisecond),
	}).Info("Blocks found")
	return err
}

// mine makes a block of what the pool holds. If that is nothing, and only wanted
// otherwise, there is no block.
func (l *mainLoop) mine(ctx context.Context, wanted bool) (*types.Block, *Payload, error) {
	head := l.cfg.Chain.CurrentBlock()
	payload, err := l.builder.build(ctx, head, l.clock.stamp(head.Time, time.Now()), time.Time{})
	if err != nil || wanted && payload.Empty() {
		return nil, nil, err
	}
	block, err := l.sealNow(ctx, payload)
	return block, payload, err
}

// sealNow makes a block of a payload on the head.
func (l *mainLoop) sealNow(ctx context.Context, payload *Payload) (*types.Block, error) {
	if err := l.cfg.obstacle(); err != nil {
		return nil, err
	}
	header, err := pow.SealHeader(ctx, payload.Block.Header())
	if err != nil {
		return nil, err
	}
	block, err := l.add(ctx, payload, header)
	if err == nil {
		l.metrics.found.Inc()
	}
	return block, err
}

// Settle returns when the miner has looked at a transaction that the pool has just
// taken: if blocks are made as transactions come and nothing keeps this one from
// being mined, it is in a block then, and clients need not ask again for its
// receipt. Transactions that come while a block is made share the next. It returns at
// once if too many wait already.
func (d *Dev) Settle(ctx context.Context, tx common.Hash) {
	defer d.settling.Add(-1)
	if d.settling.Add(1) > settleCrowd {
		return
	}
	looks := d.looks.Load()
	d.pending.stale.Store(true)
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	err := d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		if d.looks.Load() > looks || !l.auto() || d.pool.TxStatus(tx) != gethpool.TxStatusPending {
			return nil
		}
		d.looks.Add(1)
		l.drop() // it began before the transaction came
		block, payload, err := l.mine(ctx, true)
		if err != nil {
			return err
		}
		if block != nil {
			l.reportFound(block, payload)
		}
		return nil
	})
	if err != nil {
		d.cfg.Log.WithError(err).Debug("A transaction was not mined at once")
	}
}

// Drop removes the transactions from the pool that the condition holds for, and
// tells how many they were.
func (d *Dev) Drop(ctx context.Context, condition func(*types.Transaction) bool) (dropped int, err error) {
	err = d.do(ctx, func(context.Context, *mainLoop) error {
		dropped, err = d.pool.Drop(condition)
		return err
	})
	return dropped, err
}

// Owns reports whether the node has the account's key.
func (d *Dev) Owns(account common.Address) bool {
	return slices.Contains(d.wallet.Accounts(), account)
}

// SignTx signs a transaction with the account's key: ErrNoKey if the node does not
// have it.
func (d *Dev) SignTx(account common.Address, tx *types.Transaction) (*types.Transaction, error) {
	if !d.Owns(account) {
		return nil, fmt.Errorf("%w: %v", ErrNoKey, account)
	}
	signer := types.LatestSigner(d.cfg.Chain.Config())
	signature, err := d.wallet.SignHash(account, signer.Hash(tx).Bytes())
	if err != nil {
		return nil, err
	}
	return tx.WithSignature(signer, signature)
}

// Automine reports whether blocks are made as transactions come.
func (d *Dev) Automine(ctx context.Context) (on bool, err error) {
	err = d.do(ctx, func(_ context.Context, l *mainLoop) error {
		on = l.auto()
		return nil
	})
	return on, err
}

// SetAutomine lets blocks be made as transactions come, or not.
func (d *Dev) SetAutomine(ctx context.Context, on bool) error {
	if on { // --mine=false, or miner_stop
		if err := d.Change(func(s *Settings) { s.Enabled = true }); err != nil {
			return err
		}
	}
	return d.demand(ctx, func(o *onDemand) { o.auto = on })
}

// Interval returns the least and the most time between blocks that are made by
// time; zeros if there are none.
func (d *Dev) Interval(ctx context.Context) (interval [2]time.Duration, err error) {
	err = d.do(ctx, func(_ context.Context, l *mainLoop) error {
		interval = l.on.interval
		return nil
	})
	return interval, err
}

// SetInterval lets blocks be made by time, at random intervals between the two;
// zeros end it. Blocks that are made as transactions come are not affected.
func (d *Dev) SetInterval(ctx context.Context, least, most time.Duration) error {
	if least < 0 || most < least {
		return fmt.Errorf("from %v to %v is no interval", least, most)
	}
	return d.demand(ctx, func(o *onDemand) { o.interval = [2]time.Duration{least, most} })
}

func (d *Dev) demand(ctx context.Context, change func(*onDemand)) error {
	return d.do(ctx, func(_ context.Context, l *mainLoop) error {
		change(&l.on)
		l.drop()
		l.head = nil // a new schedule, and a look at what the pool holds
		return nil
	})
}
