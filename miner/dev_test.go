package miner

import (
	"errors"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// devNode is a node of a development chain, with its controls.
type devNode struct {
	*node
	*Dev
}

func newDevNode(t *testing.T, change func(*Config)) devNode {
	n := newNode(t, instant())
	n.pool.Start()
	return devNode{n, n.dev(n.mining(change))}
}

func (d devNode) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// head is the chain's head.
func (d devNode) head() *types.Header { return d.node.chain.CurrentBlock() }

func (d devNode) wantHeight(want uint64) {
	d.t.Helper()
	if have := d.height(); have != want {
		d.t.Fatalf("head is block %d, want %d", have, want)
	}
}

// account returns balance and nonce.
func (d devNode) account(address common.Address) (*big.Int, uint64) {
	d.t.Helper()
	statedb, err := d.node.chain.StateOf(d.head())
	d.check(err)
	return statedb.GetBalance(address).ToBig(), statedb.GetNonce(address)
}

// send pools a transaction and returns when it is settled.
func (d devNode) send(tx *types.Transaction) {
	d.t.Helper()
	d.add(tx)
	d.Settle(d.t.Context(), tx.Hash())
}

func (d devNode) mined(tx *types.Transaction) bool {
	lookup, _ := d.node.chain.GetCanonicalTransaction(tx.Hash())
	return lookup != nil
}

func TestDevMine(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	d.check(d.Mine(ctx, 3, 0, 0))
	d.wantHeight(3)
	d.check(d.Mine(ctx, 1, 5_000_000_000, 0))
	if d.head().Time != 5_000_000_000 {
		t.Errorf("stamped %d", d.head().Time)
	}
	if err := d.Mine(ctx, 1, 5_000_000_000, 0); err == nil {
		t.Error("two blocks with one stamp")
	}
	d.check(d.Mine(ctx, 50, 5_000_000_100, 60))
	if head := d.head(); head.Number.Uint64() != 54 || head.Time != 5_000_000_100+49*60 {
		t.Errorf("head %d is stamped %d", head.Number, head.Time)
	}
	before := d.head().Time
	d.check(d.MineApart(ctx, 10, 1000))
	if passed := d.head().Time - before; passed < 10_000 || passed > 10_100 {
		t.Errorf("ten blocks took %d seconds", passed)
	}
	_, err := d.AdvanceClock(ctx, 1_000_000)
	d.check(err)
	block, _, _ := d.Pending()
	before = d.head().Time
	d.check(d.Mine(ctx, 1, 0, 0))
	if passed := d.head().Time - before; passed < 1_000_000 || block.Time() < before+1_000_000 {
		t.Errorf("a million seconds on, %d passed, and the pending block was %d after the head", passed, block.Time()-before)
	}
	d.executeElsewhere()
}

func TestDevDemand(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	wantAuto := func(want bool) {
		t.Helper()
		if on, err := d.Automine(ctx); err != nil || on != want {
			t.Errorf("automine %v, %v", on, err)
		}
	}
	wantAuto(true)
	first := d.transfer(0, 0, params.GWei)
	d.send(first)
	if !d.mined(first) {
		t.Error("settled but not mined")
	}
	d.check(d.SetAutomine(ctx, false))
	wantAuto(false)
	second := d.transfer(0, 1, params.GWei)
	d.send(second)
	if block, _, _ := d.Pending(); len(block.Transactions()) != 1 {
		t.Error("the transaction is not in the pending block")
	}
	d.wantHeight(1)

	d.check(d.SetInterval(ctx, 10*time.Millisecond, 20*time.Millisecond))
	if interval, err := d.Interval(ctx); err != nil || interval[0] != 10*time.Millisecond || interval[1] != 20*time.Millisecond {
		t.Errorf("interval %v, %v", interval, err)
	}
	d.await("blocks come by time", func() bool { return d.height() >= 3 && d.mined(second) })
	d.check(d.SetInterval(ctx, 0, 0))
	if err := d.SetInterval(ctx, 2, 1); err == nil {
		t.Error("an interval from 2 to 1")
	}

	third := d.transfer(0, 2, params.GWei)
	d.send(third)
	d.check(d.SetAutomine(ctx, true))
	d.await("automine takes what is there", func() bool { return d.mined(third) })
	d.check(d.Change(func(s *Settings) { s.Enabled = false }))
	wantAuto(false)
	d.check(d.Mine(ctx, 1, 0, 0))
	d.check(d.SetAutomine(ctx, true))
	wantAuto(true)
}

// TestDevSettle: whoever sends at the same time shares blocks, and nobody is told
// too early.
func TestDevSettle(t *testing.T) {
	d := newDevNode(t, nil)
	var senders sync.WaitGroup
	for account := range 8 {
		senders.Go(func() {
			for nonce := range uint64(20) {
				tx := d.transfer(account, nonce, params.GWei)
				if err := d.node.pool.Add([]*types.Transaction{tx}, true)[0]; err != nil {
					t.Error(err)
					return
				}
				d.Settle(t.Context(), tx.Hash())
				if !d.mined(tx) {
					t.Errorf("nonce %d of account %d is not mined", nonce, account)
				}
			}
		})
	}
	senders.Wait()
	gap := d.transfer(0, 100, params.GWei)
	if err := d.node.pool.Add([]*types.Transaction{gap}, true)[0]; err != nil {
		t.Fatal(err)
	}
	d.Settle(t.Context(), gap.Hash()) // does not wait for what cannot be mined
	if d.height() > 160 {
		t.Errorf("%d blocks for 160 transactions", d.height())
	}
	d.executeElsewhere()
}

func TestDevSnapshots(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	d.check(d.SetAutomine(ctx, false))
	d.check(d.Mine(ctx, 5, 0, 0))
	waiting := d.transfer(1, 0, params.GWei)
	d.send(waiting)
	d.check(d.StampNext(ctx, 6_000_000_000))
	first, err := d.Snapshot(ctx)
	d.check(err)
	head := d.head()

	d.check(d.Mine(ctx, 1, 0, 0)) // with what waits
	second, err := d.Snapshot(ctx)
	d.check(err)
	gone := d.transfer(0, 0, params.GWei)
	d.send(gone)
	d.check(d.Mine(ctx, 300, 0, 0)) // deeper than the states in memory, and than reorgs that the pool follows
	if all, err := d.Snapshots(ctx); err != nil || len(all) != 2 || all[first].Hash() != head.Hash() {
		t.Errorf("snapshots %v, %v", all, err)
	}

	revert := func(id uint64, want bool) {
		t.Helper()
		if found, err := d.Revert(ctx, id); err != nil || found != want {
			t.Fatalf("revert to %d: %v, %v", id, found, err)
		}
	}
	revert(first, true)
	if d.head().Hash() != head.Hash() {
		t.Fatalf("head is block %d", d.height())
	}
	if !d.node.pool.Has(waiting.Hash()) || d.node.pool.Has(gone.Hash()) {
		t.Error("the pool is not what it was")
	}
	if d.mined(waiting) || d.mined(gone) {
		t.Error("dropped transactions are found")
	}
	revert(second, false) // later than the first, and gone with it
	revert(first, false)

	d.check(d.Mine(ctx, 1, 0, 0))
	if !d.mined(waiting) || d.head().Time != 6_000_000_000 {
		t.Errorf("the block that was to come is stamped %d", d.head().Time)
	}
	// The same block again, byte by byte: it is stored already.
	third, err := d.Snapshot(ctx)
	d.check(err)
	d.check(d.Mine(ctx, 1, 6_000_000_007, 0))
	again := d.head().Hash()
	revert(third, true)
	d.check(d.Mine(ctx, 1, 6_000_000_007, 0))
	if d.head().Hash() != again {
		t.Error("another block")
	}
	d.send(gone) // not known to be mined any more
	d.check(d.Mine(ctx, 2, 0, 0))
	if !d.mined(gone) {
		t.Error("it cannot be mined again")
	}
	d.executeElsewhere()

	fourth, err := d.Snapshot(ctx)
	d.check(err)
	d.check(d.Rollback(ctx, 2))
	if d.mined(gone) || d.node.pool.Has(gone.Hash()) {
		t.Error("a rolled back transaction is still there")
	}
	revert(fourth, false)
	if err := d.Rollback(ctx, 1000); err == nil {
		t.Error("rolled back below the genesis block")
	}
	d.check(d.Restart(ctx))
	d.wantHeight(0)
	d.check(d.Mine(ctx, 1, 0, 0))
	if stamp := d.head().Time; stamp > uint64(time.Now().Add(time.Hour).Unix()) {
		t.Errorf("stamped %d after a restart", stamp)
	}
}

// TestDevAutomineAfterRevert: what was dropped is not mined by itself.
func TestDevAutomineAfterRevert(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	id, err := d.Snapshot(ctx)
	d.check(err)
	for nonce := range uint64(5) {
		d.send(d.transfer(0, nonce, params.GWei))
	}
	_, err = d.Revert(ctx, id)
	d.check(err)
	other := d.transfer(1, 0, params.GWei)
	d.send(other)
	if _, nonce := d.account(chaintest.Address(0)); nonce != 0 || !d.mined(other) {
		t.Errorf("nonce %d, other transaction mined %v", nonce, d.mined(other))
	}
	d.wantHeight(1)
}

func TestDevReorg(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	d.check(d.SetAutomine(ctx, false))
	d.check(d.Mine(ctx, 10, 0, 0))
	kept, lost := d.transfer(0, 0, params.GWei), d.transfer(1, 0, params.GWei)
	d.send(kept)
	d.check(d.Mine(ctx, 1, 0, 0))
	d.send(lost)
	d.check(d.Mine(ctx, 4, 0, 0))
	head := d.head()

	reorgs := make(chan chain.ReorgEvent, 8)
	defer d.node.chain.SubscribeReorg(reorgs).Unsubscribe()
	fresh := d.transfer(2, 0, params.GWei)
	d.check(d.Reorg(ctx, 5, func(i uint64, before *state.StateDB) ([]*types.Transaction, error) {
		switch i {
		case 1:
			return []*types.Transaction{fresh}, nil
		case 5:
			if before.GetNonce(chaintest.Address(2)) != 1 {
				t.Error("the state is not the one before the block")
			}
			return []*types.Transaction{kept}, nil
		}
		return nil, nil
	}))
	event := <-reorgs
	if event.Ancestor.Number.Uint64() != 10 || len(event.Old) != 5 || len(event.New) != 6 || event.Old[4].Hash() != head.Hash() {
		t.Errorf("reorg: %+v", event)
	}
	d.wantHeight(16)
	if !d.mined(fresh) || !d.mined(kept) || d.mined(lost) {
		t.Error("the branch does not contain what it shall")
	}
	d.await("what was dropped is back in the pool", func() bool { return d.node.pool.Has(lost.Hash()) && !d.node.pool.Has(kept.Hash()) })
	d.check(d.Mine(ctx, 1, 0, 0))
	if !d.mined(lost) {
		t.Error("it is not mined again")
	}
	for range 3 { // in the same place
		d.check(d.Reorg(ctx, 2, func(uint64, *state.StateDB) ([]*types.Transaction, error) { return nil, nil }))
	}
	d.wantHeight(20)
	if err := d.Reorg(ctx, 100, nil); err == nil {
		t.Error("a reorg deeper than the chain")
	}
	if err := d.Reorg(ctx, 0, nil); err == nil {
		t.Error("a reorg of nothing")
	}
	twice := func(uint64, *state.StateDB) ([]*types.Transaction, error) { return []*types.Transaction{fresh}, nil }
	if err := d.Reorg(ctx, 1, twice); err == nil {
		t.Error("a transaction was mined twice")
	}
	d.wantHeight(20)
	d.executeElsewhere()
}

func TestDevAccounts(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	d.check(d.Mine(ctx, 1, 0, 0))
	stranger := common.HexToAddress("0x7000000000000000000000000000000000000007")
	owner, bank := chaintest.Address(0), chaintest.Address(9)

	// A contract that reverts, and so refuses all money.
	code := []byte{byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.REVERT)}
	deploy := d.tx(1, &types.DynamicFeeTx{Gas: 100_000, Data: append(append([]byte{byte(vm.PUSH3)}, code...),
		byte(vm.PUSH0), byte(vm.MSTORE), byte(vm.PUSH1), 3, byte(vm.PUSH1), 29, byte(vm.RETURN))})
	d.send(deploy)
	miser := crypto.CreateAddress(chaintest.Address(1), 0)

	ether := big.NewInt(params.Ether)
	others, _ := d.account(etherbase)
	for _, test := range []struct {
		account common.Address
		balance *big.Int
	}{
		{stranger, ether},
		{stranger, ether}, // nothing to do
		{miser, big.NewInt(5)},
		{owner, new(big.Int).Mul(ether, big.NewInt(1_100_000))},
		{owner, big.NewInt(1_234_567)},
		{owner, big.NewInt(1_234_566)}, // less than a fee away
		{owner, new(big.Int)},
		{chaintest.Address(2), common.Big1},
	} {
		d.check(d.SetBalance(ctx, test.account, test.balance))
		if have, _ := d.account(test.account); have.Cmp(test.balance) != 0 {
			t.Errorf("%v has %v wei, want %v", test.account, have, test.balance)
		}
	}
	if have, _ := d.account(etherbase); have.Cmp(others) != 0 {
		t.Error("an uninvolved account was paid")
	}
	d.check(d.AddBalance(ctx, stranger, common.Big2))
	d.check(d.AddBalance(ctx, stranger, new(big.Int)))
	if have, _ := d.account(stranger); have.Cmp(new(big.Int).Add(ether, common.Big2)) != 0 {
		t.Errorf("the stranger has %v", have)
	}
	if err := d.SetBalance(ctx, stranger, common.Big1); !errors.Is(err, ErrNoKey) {
		t.Errorf("a stranger's balance was lowered: %v", err)
	}
	if err := d.SetBalance(ctx, bank, new(big.Int).Lsh(common.Big1, 200)); err == nil {
		t.Error("the bank gave to itself")
	}
	if err := d.SetBalance(ctx, stranger, new(big.Int).Lsh(common.Big1, 255)); err == nil {
		t.Error("the bank gave what it does not have")
	}

	d.check(d.SetNonce(ctx, owner, 3003)) // more than fit into a block
	if balance, nonce := d.account(owner); nonce != 3003 || balance.Sign() != 0 {
		t.Errorf("nonce %d, balance %v", nonce, balance)
	}
	d.check(d.SetNonce(ctx, owner, 3003))
	for nonce, account := range map[uint64]common.Address{3002: owner, 1_000_000: owner, 1: stranger} {
		if err := d.SetNonce(ctx, account, nonce); err == nil || errors.Is(err, ErrNoKey) != (account == stranger) {
			t.Errorf("nonce %d: %v", nonce, err)
		}
	}

	// Neither what waits nor a chosen stamp is touched.
	d.check(d.SetAutomine(ctx, false))
	d.send(d.transfer(3, 0, params.GWei))
	if err := d.SetNonce(ctx, chaintest.Address(3), 7); err == nil {
		t.Error("the nonce of a transaction that waits was used")
	}
	d.check(d.StampNext(ctx, 7_000_000_000))
	d.check(d.SetBalance(ctx, stranger, big.NewInt(params.Ether*2)))
	if pending, _ := d.node.pool.Stats(); pending != 1 || d.head().Time >= 7_000_000_000 {
		t.Errorf("%d pending, stamped %d", pending, d.head().Time)
	}
	d.check(d.Mine(ctx, 1, 0, 0))
	if d.head().Time != 7_000_000_000 {
		t.Errorf("stamped %d", d.head().Time)
	}
	d.check(d.StampNext(ctx, 7_000_000_001))
	if err := d.SetBalance(ctx, stranger, big.NewInt(params.Ether*3)); err == nil {
		t.Error("the chosen stamp was taken")
	}
	d.executeElsewhere()
}

func TestDevDrop(t *testing.T) {
	d := newDevNode(t, nil)
	ctx := t.Context()
	d.check(d.SetAutomine(ctx, false))
	var txs []*types.Transaction
	for nonce := range uint64(4) {
		txs = append(txs, d.transfer(0, nonce, params.GWei))
	}
	d.add(txs...)
	dropped, err := d.Drop(ctx, func(tx *types.Transaction) bool { return tx == txs[2] })
	d.check(err)
	if pending, queued := d.node.pool.Stats(); dropped != 1 || pending != 2 || queued != 1 {
		t.Errorf("%d dropped, %d pending, %d queued", dropped, pending, queued)
	}
	dropped, err = d.Drop(ctx, func(*types.Transaction) bool { return false })
	if err != nil || dropped != 0 {
		t.Errorf("%d dropped, %v", dropped, err)
	}
	if !d.Owns(chaintest.Address(0)) || d.Owns(etherbase) {
		t.Error("wrong keys")
	}
	if _, err := d.SignTx(etherbase, txs[0]); !errors.Is(err, ErrNoKey) {
		t.Errorf("signed without a key: %v", err)
	}
	signed, err := d.SignTx(chaintest.Address(0), txs[0])
	if err != nil || signed.Hash() != txs[0].Hash() {
		t.Errorf("signed otherwise: %v", err)
	}
}

func TestDevStops(t *testing.T) {
	d := newDevNode(t, nil)
	done := make(chan error, 1)
	go func() { done <- d.Mine(t.Context(), 1_000_000, 0, 1) }()
	d.await("it has begun", func() bool { return d.height() > 0 })
	stop(t, d.Service)
	if err := <-done; err == nil {
		t.Error("a million blocks were made")
	}
	if err := d.Mine(t.Context(), 1, 0, 1); err == nil {
		t.Error("a stopped miner mines")
	}
	n := newNode(t, easy())
	if _, err := NewDev(DevConfig{Miner: n.miner(nil), Chain: n.chain, Pool: n.pool, Bank: chaintest.Key(9), Wallet: d.wallet}); err == nil {
		t.Error("controls of a chain whose blocks need work")
	}
	if _, err := NewDev(DevConfig{}); err == nil {
		t.Error("controls of nothing")
	}
}

func TestDevBehindAnObstacle(t *testing.T) {
	full := errors.New("disk full")
	var disk toggle
	d := newDevNode(t, func(cfg *Config) { cfg.Writable = disk.get })
	disk.set(full)
	for name, err := range map[string]error{
		"mine":    d.Mine(t.Context(), 1, 0, 0),
		"balance": d.SetBalance(t.Context(), etherbase, common.Big1),
	} {
		if !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
	disk.set(nil)
	d.check(d.Mine(t.Context(), 1, 0, 0))
	if !slices.Contains([]uint64{1, 2}, d.height()) {
		t.Errorf("head %d", d.height())
	}
}
