package rpc

import (
	"context"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/miner"
)

// Dev are the controls of a development chain, which are served in the namespaces
// evm, anvil, hardhat and tenderly under the names that development tools know.
// Answers and arguments are those of anvil and Hardhat; where a block that does what
// they do would be invalid, there is an error that says what can be done instead.
type Dev interface {
	// Settle returns when the miner has looked at a transaction of the pool.
	Settle(ctx context.Context, tx common.Hash)

	Mine(ctx context.Context, count, stamp, gap uint64) error
	MineApart(ctx context.Context, count, seconds uint64) error
	Automine(ctx context.Context) (bool, error)
	SetAutomine(ctx context.Context, on bool) error
	Interval(ctx context.Context) ([2]time.Duration, error)
	SetInterval(ctx context.Context, least, most time.Duration) error

	AdvanceClock(ctx context.Context, seconds uint64) (offset int64, err error)
	SetClock(ctx context.Context, stamp uint64) (was uint64, err error)
	StampNext(ctx context.Context, stamp uint64) error
	SetPace(ctx context.Context, seconds uint64) (was bool, err error)
	NextStamp(parent *types.Header) uint64

	Snapshot(ctx context.Context) (id uint64, err error)
	Revert(ctx context.Context, id uint64) (bool, error)
	Snapshots(ctx context.Context) (map[uint64]*types.Header, error)
	Rollback(ctx context.Context, depth uint64) error
	Restart(ctx context.Context) error
	Reorg(ctx context.Context, depth uint64, txs func(i uint64, before *state.StateDB) ([]*types.Transaction, error)) error

	SetBalance(ctx context.Context, account common.Address, want *big.Int) error
	AddBalance(ctx context.Context, account common.Address, more *big.Int) error
	SetNonce(ctx context.Context, account common.Address, want uint64) error
	Owns(account common.Address) bool // the node has the key
	SignTx(account common.Address, tx *types.Transaction) (*types.Transaction, error)
	Drop(ctx context.Context, condition func(*types.Transaction) bool) (int, error)
}

// devNamespaces are those that only development chains have.
func devNamespaces() []string { return []string{"anvil", "evm", "hardhat", "tenderly"} }

// DevNamespaces returns the namespaces that a development chain serves unless told
// otherwise: those that development tools use.
func DevNamespaces() []string {
	names := slices.DeleteFunc([]string{"eth", "net", "web3", "txpool", "debug", "ots"}, func(name string) bool {
		return !slices.Contains(publicNamespaces(), name)
	})
	return append(names, devNamespaces()...)
}

// addDev adds the namespaces of development chains.
func (h handlers) addDev(b *backend, f *fees, dev Dev, version string) {
	d := devBase{b, dev}
	control := &devAPI{d}
	anvil, hardhat := &devToolAPI{d, version, instanceID(), nil}, &devToolAPI{d, version, instanceID(), true}
	hardhat.instance = anvil.instance
	h["evm"] = []any{control, &evmAPI{d}}
	h["anvil"] = []any{control, anvil, &anvilAPI{d, f}}
	h["hardhat"] = []any{hardhat, &hardhatAPI{d}}
	h["tenderly"] = []any{&tenderlyAPI{d}}
}

// devBase is what the handlers of these namespaces share.
type devBase struct {
	*backend
	dev Dev
}

// devAPI are the controls that evm and anvil have in common.
type devAPI struct{ devBase }

// Snapshot is evm_snapshot and anvil_snapshot: it notes the head, the clock and the
// pool, to go back to them. The answer is the snapshot's id.
func (api *devAPI) Snapshot(ctx context.Context) (hexutil.Uint64, error) {
	id, err := api.dev.Snapshot(ctx)
	return hexutil.Uint64(id), err
}

// Revert is evm_revert and anvil_revert: it goes back to a snapshot, which is used up
// by this, together with all later ones. It is false if there is none of that id.
func (api *devAPI) Revert(ctx context.Context, id quantity) (bool, error) {
	n, err := id.uint64("id")
	if err != nil {
		return false, err
	}
	return api.dev.Revert(ctx, n)
}

// IncreaseTime is evm_increaseTime and anvil_increaseTime: the clock jumps forward.
// The answer is by how many seconds it differs from the wall clock.
func (api *devAPI) IncreaseTime(ctx context.Context, seconds quantity) (int64, error) {
	n, err := seconds.uint64("seconds")
	if err != nil {
		return 0, err
	}
	return api.dev.AdvanceClock(ctx, n)
}

// SetTime is evm_setTime and anvil_setTime: the clock shows the given time, from
// which it goes on. The answer is by how many seconds it jumped forward.
func (api *devAPI) SetTime(ctx context.Context, timestamp quantity) (uint64, error) {
	n, err := timestamp.uint64("timestamp")
	if err != nil {
		return 0, err
	}
	was, err := api.dev.SetClock(ctx, n)
	return max(n, was) - was, err
}

// SetNextBlockTimestamp is evm_setNextBlockTimestamp and anvil_setNextBlockTimestamp:
// the next block has this stamp, which must be later than the head's, and the clock
// goes on from it.
func (api *devAPI) SetNextBlockTimestamp(ctx context.Context, timestamp quantity) (any, error) {
	n, err := timestamp.uint64("timestamp")
	if err != nil {
		return nil, err
	}
	return nil, api.dev.StampNext(ctx, n)
}

// SetAutomine is evm_setAutomine and anvil_setAutomine: whether a block is made as
// soon as there is a transaction.
func (api *devAPI) SetAutomine(ctx context.Context, enabled bool) (any, error) {
	return nil, api.dev.SetAutomine(ctx, enabled)
}

// SetBlockGasLimit is evm_setBlockGasLimit and anvil_setBlockGasLimit: the gas limit that
// blocks move towards, by a 1024th from one to the next.
func (api *devAPI) SetBlockGasLimit(limit quantity) (bool, error) {
	gas, err := limit.uint64("gas limit")
	if err != nil {
		return false, err
	}
	return done(api.miner.Change(func(s *miner.Settings) { s.GasLimit = gas }))
}

// evmAPI is the namespace evm beyond the controls.
type evmAPI struct{ devBase }

// Mine is evm_mine: it makes a block, or the number of blocks that the options say,
// the first with the timestamp if one is given.
func (api *evmAPI) Mine(ctx context.Context, options *mineOptions) (string, error) {
	if options == nil {
		options = new(mineOptions)
	}
	stamp, err := options.Timestamp.uint64("timestamp")
	if err != nil {
		return "", err
	}
	count := uint64(1)
	if options.Blocks != nil {
		if count, err = options.Blocks.uint64("blocks"); err != nil {
			return "", err
		}
	}
	return "0x0", api.dev.Mine(ctx, count, stamp, 0)
}

// leastMilliseconds is where evm_setIntervalMining tells Hardhat's milliseconds from
// anvil's seconds, as both tools give one name to two units. Nobody waits longer
// than a minute and a half for a block of a development chain, nor makes them more
// often than ten times a second, since their stamps are whole seconds and must grow.
const leastMilliseconds = 100

// SetIntervalMining is evm_setIntervalMining: a block every so often. Numbers below
// 100 are seconds, as anvil takes them: blocks come by time only. Larger ones, and
// pairs of the least and the most, are milliseconds, as Hardhat takes them: blocks
// also come with transactions, unless evm_setAutomine says otherwise. 0 ends it.
func (api *evmAPI) SetIntervalMining(ctx context.Context, interval intervalOption) (any, error) {
	least, err := interval.least.uint64("interval")
	if err != nil {
		return nil, err
	}
	most, err := interval.most.uint64("interval")
	if err != nil {
		return nil, err
	}
	if most < leastMilliseconds {
		return nil, api.setSeconds(ctx, most)
	}
	unit := time.Millisecond
	if most > uint64(maxInterval/unit) {
		return nil, invalidParams("an interval of %d ms is too long", most)
	}
	return nil, api.dev.SetInterval(ctx, time.Duration(least)*unit, time.Duration(most)*unit)
}

// maxInterval is the longest time between blocks.
const maxInterval = 365 * 24 * time.Hour

// setSeconds lets a block be made every so many seconds, and none otherwise.
func (d devBase) setSeconds(ctx context.Context, seconds uint64) error {
	if seconds > uint64(maxInterval/time.Second) {
		return invalidParams("an interval of %d s is too long", seconds)
	}
	if seconds > 0 {
		if err := d.dev.SetAutomine(ctx, false); err != nil {
			return err
		}
	}
	interval := time.Duration(seconds) * time.Second
	return d.dev.SetInterval(ctx, interval, interval)
}

// SetAccountNonce is evm_setAccountNonce: anvil_setNonce.
func (api *evmAPI) SetAccountNonce(ctx context.Context, address common.Address, nonce quantity) (bool, error) {
	return done(api.setNonce(ctx, address, nonce))
}

// SetAccountBalance is evm_setAccountBalance: anvil_setBalance.
func (api *evmAPI) SetAccountBalance(ctx context.Context, address common.Address, balance quantity) (bool, error) {
	return done(api.setBalance(ctx, address, balance))
}
