package miner

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// What the tests' contracts do.
var (
	codeRevert = []byte{0x5f, 0x5f, 0xfd}                                                          // revert(0, 0)
	codeLog    = []byte{0x5f, 0x5f, 0xa0, 0x00}                                                    // log0(0, 0)
	codeDrain  = []byte{0x5f, 0x5f, 0x5f, 0x5f, 0x47, 0x33, 0x5a, 0xf1, 0x00}                      // send the whole balance to the caller
	codeLoop   = []byte{0x5b, 0x5f, 0x56}                                                          // jump to itself until the gas is gone
	deployLog  = append([]byte{0x63, 0x5f, 0x5f, 0xa0, 0x00, 0x5f, 0x52}, 0x60, 4, 0x60, 28, 0xf3) // deploys codeLog
)

func withCode(address common.Address, code []byte) func(*core.Genesis) {
	return func(g *core.Genesis) { g.Alloc[address] = types.Account{Code: code, Balance: new(big.Int)} }
}

func wantTxs(t *testing.T, payload *Payload, want ...*types.Transaction) {
	t.Helper()
	have := payload.Block.Transactions()
	if len(have) != len(want) {
		t.Fatalf("the payload has %d transactions, want %d", len(have), len(want))
	}
	for i := range want {
		if have[i] != want[i] {
			t.Errorf("transaction %d is %x, want %x", i, have[i].Hash(), want[i].Hash())
		}
	}
}

func TestEmptyPayload(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(func(cfg *Config) { cfg.ExtraData = []byte("vanity") })
	payload := n.build(s)
	header := payload.Block.Header()
	if !payload.Empty() || payload.Fees.Sign() != 0 || payload.Truncated || payload.Built <= 0 {
		t.Errorf("unexpected payload: %+v", payload)
	}
	if seal, err := pow.ParseSeal(header.Extra); err != nil || !bytes.Equal(seal.Vanity, []byte("vanity")) {
		t.Errorf("extra data %x: %v", header.Extra, err)
	}
	if header.Coinbase != etherbase {
		t.Errorf("coinbase is %v", header.Coinbase)
	}
	n.insert(payload)
	n.executeElsewhere()
}

func TestRewardAndFeesGoToTheEtherbase(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	n.add(n.transfer(0, 0, 3*params.GWei))
	payload := n.build(s)
	if want := big.NewInt(21000 * 3 * params.GWei); payload.Fees.Cmp(want) != 0 {
		t.Errorf("fees are %v, want %v", payload.Fees, want)
	}
	n.insert(payload)
	statedb, err := n.chain.StateOf(n.chain.CurrentBlock())
	if err != nil {
		t.Fatal(err)
	}
	want := new(big.Int).Add(s.reward(1), payload.Fees)
	if have := statedb.GetBalance(etherbase).ToBig(); have.Cmp(want) != 0 {
		t.Errorf("the etherbase has %v, want %v", have, want)
	}
	n.executeElsewhere()
}

func TestOrderIsByPriceAndNonce(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	low := n.transfer(0, 0, 1)
	lowThenHigh := n.transfer(0, 1, 50*params.GWei)
	middle := n.transfer(1, 0, 5*params.GWei)
	high := n.transfer(2, 0, 9*params.GWei)
	n.add(lowThenHigh, low, middle, high)
	payload := n.build(s)
	wantTxs(t, payload, high, middle, low, lowThenHigh)
	n.insert(payload)
	n.executeElsewhere()
}

func TestNonceGap(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	first, third := n.transfer(0, 0, 1), n.transfer(0, 2, 1)
	n.add(first, third)
	wantTxs(t, n.build(s), first)

	second := n.transfer(0, 1, 1)
	n.add(second)
	payload := n.build(s)
	wantTxs(t, payload, first, second, third)
	n.insert(payload)
}

func TestLeastTip(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(func(cfg *Config) { cfg.GasPrice = big.NewInt(params.GWei) })
	cheap, fair := n.transfer(0, 0, params.GWei-1), n.transfer(1, 0, params.GWei)
	n.add(cheap, fair)
	wantTxs(t, n.build(s), fair)
}

func TestFeeCapBelowBaseFee(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	to := common.Address{1}
	n.add(n.tx(0, &types.DynamicFeeTx{To: &to, Gas: 21000, GasFeeCap: big.NewInt(params.GWei / 2), GasTipCap: big.NewInt(1)}))
	if payload := n.build(s); !payload.Empty() {
		t.Error("a transaction that does not pay the base fee was included")
	}
	if !s.builder.pricedOut(n.chain.CurrentBlock()) {
		t.Error("a falling base fee would let the transaction in, which was not noticed")
	}
}

func TestGasLimitReached(t *testing.T) {
	n := newNode(t, easy(), func(g *core.Genesis) { g.GasLimit = 100_000 })
	s := n.miner(func(cfg *Config) { cfg.GasLimit = 100_000 })
	to := common.Address{1}
	// The best payer asks for more gas than is left once the second best is in.
	first := n.tx(0, &types.DynamicFeeTx{To: &to, Gas: 30_000, GasFeeCap: big.NewInt(90 * params.GWei), GasTipCap: big.NewInt(9 * params.GWei)})
	tooBig := n.tx(1, &types.DynamicFeeTx{To: &to, Gas: 95_000, GasFeeCap: big.NewInt(80 * params.GWei), GasTipCap: big.NewInt(8 * params.GWei)})
	small := []*types.Transaction{n.transfer(2, 0, 4), n.transfer(3, 0, 3), n.transfer(4, 0, 2), n.transfer(5, 0, 1)}
	n.add(append(small, first, tooBig)...)
	payload := n.build(s)
	// The first one used 21,000 of its 30,000: room for three more.
	wantTxs(t, payload, first, small[0], small[1], small[2])
	n.insert(payload)
	wantTxs(t, n.build(s), tooBig, small[3])
	n.executeElsewhere()
}

func TestGasLimitMoves(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(func(cfg *Config) { cfg.GasLimit = 100_000_000 })
	if have, want := n.build(s).Block.GasLimit(), core.CalcGasLimit(60_000_000, 100_000_000); have != want || have <= 60_000_000 {
		t.Errorf("gas limit is %d, want %d", have, want)
	}
}

func TestRevertedTransactionIsIncluded(t *testing.T) {
	contract := common.Address{0xaa}
	n := newNode(t, easy(), withCode(contract, codeRevert))
	s := n.miner(nil)
	n.add(n.tx(0, &types.DynamicFeeTx{To: &contract, Gas: 100_000}))
	payload := n.build(s)
	if len(payload.Receipts) != 1 || payload.Receipts[0].Status != types.ReceiptStatusFailed || payload.Fees.Sign() == 0 {
		t.Fatalf("receipts: %+v", payload.Receipts)
	}
	n.insert(payload)
	n.executeElsewhere()
}

// TestInvalidAtExecution: what the pool could not foresee. Account 1 delegates to
// code that sends its balance away; account 0 calls it in the same block that has
// a transfer of account 1, which then cannot be paid for.
func TestInvalidAtExecution(t *testing.T) {
	drain := common.Address{0xdd}
	n := newNode(t, easy(), withCode(drain, codeDrain))
	s := n.miner(nil)
	n.add(n.setCode(0, 0, 1, 0, drain))
	n.insert(n.build(s)) // spends nonce 0 of account 1 on the authorisation

	victim := chaintest.Address(1)
	robbery := n.tx(0, &types.DynamicFeeTx{Nonce: 1, To: &victim, Gas: 100_000, GasFeeCap: big.NewInt(90 * params.GWei), GasTipCap: big.NewInt(9 * params.GWei)})
	robbed := n.transfer(1, 1, params.GWei)
	bystander := n.transfer(2, 0, 1)
	n.add(robbery, robbed, bystander)
	payload := n.build(s)
	wantTxs(t, payload, robbery, bystander)
	n.insert(payload)
	n.executeElsewhere()
}

// setCode returns an EIP-7702 transaction by which the authority delegates to code.
func (n *node) setCode(from int, nonce uint64, authority int, authorityNonce uint64, code common.Address) *types.Transaction {
	n.t.Helper()
	chainID := uint256.MustFromBig(n.genesis.Config.ChainID)
	auth, err := types.SignSetCode(chaintest.Key(authority), types.SetCodeAuthorization{
		ChainID: *chainID, Address: code, Nonce: authorityNonce,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return types.MustSignNewTx(chaintest.Key(from), n.signer, &types.SetCodeTx{
		ChainID: chainID, Nonce: nonce, To: chaintest.Address(from), Gas: 200_000,
		GasFeeCap: uint256.NewInt(100 * params.GWei), GasTipCap: uint256.NewInt(params.GWei),
		AuthList: []types.SetCodeAuthorization{auth},
	})
}

func TestEveryKindOfTransaction(t *testing.T) {
	target := common.Address{0xbb}
	n := newNode(t, easy(), withCode(target, codeLog))
	s := n.miner(nil)
	legacy := types.MustSignNewTx(chaintest.Key(0), n.signer, &types.LegacyTx{
		To: &target, Gas: 50_000, GasPrice: big.NewInt(10 * params.GWei),
	})
	accessList := types.MustSignNewTx(chaintest.Key(1), n.signer, &types.AccessListTx{
		ChainID: n.genesis.Config.ChainID, To: &target, Gas: 50_000, GasPrice: big.NewInt(9 * params.GWei),
		AccessList: types.AccessList{{Address: target, StorageKeys: []common.Hash{{1}}}},
	})
	creation := n.tx(2, &types.DynamicFeeTx{Gas: 200_000, Data: deployLog})
	delegation := n.setCode(3, 0, 4, 0, target)
	n.add(legacy, accessList, creation, delegation)
	payload := n.build(s)
	if len(payload.Receipts) != 4 {
		t.Fatalf("%d of 4 transactions are in the payload", len(payload.Receipts))
	}
	block := n.insert(payload)

	statedb, err := n.chain.StateOf(block.Header())
	if err != nil {
		t.Fatal(err)
	}
	if have, ok := types.ParseDelegation(statedb.GetCode(chaintest.Address(4))); !ok || have != target {
		t.Error("the delegation is not in the state")
	}
	created := crypto.CreateAddress(chaintest.Address(2), 0)
	if !bytes.Equal(statedb.GetCode(created), codeLog) {
		t.Errorf("the contract's code is %x", statedb.GetCode(created))
	}
	// Receipts and logs belong to the sealed block, in the events of the chain
	// as well as in its database.
	logs := 0
	for i, receipt := range payload.Receipts {
		if receipt.Status != types.ReceiptStatusSuccessful || receipt.BlockHash != block.Hash() || receipt.TransactionIndex != uint(i) {
			t.Errorf("receipt %d: %+v", i, receipt)
		}
		for _, log := range receipt.Logs {
			logs++
			if log.BlockHash != block.Hash() || log.BlockNumber != 1 || log.TxHash != receipt.TxHash || log.BlockTimestamp != block.Time() {
				t.Errorf("log of receipt %d: %+v", i, log)
			}
		}
	}
	if logs != 2 {
		t.Errorf("%d logs, want 2", logs)
	}
	if stored := n.chain.GetReceiptsByHash(block.Hash()); len(stored) != 4 {
		t.Errorf("%d receipts are stored", len(stored))
	}
	n.executeElsewhere()
}

// TestBlockSizeLimit fills a block with bytes rather than gas (EIP-7934).
func TestBlockSizeLimit(t *testing.T) {
	n := newNode(t, easy(), func(g *core.Genesis) { g.GasLimit = 400_000_000 })
	s := n.miner(func(cfg *Config) { cfg.GasLimit = 400_000_000 })
	to, data := common.Address{1}, make([]byte, 120_000)
	for account := range 8 {
		for nonce := range uint64(10) {
			n.add(n.tx(account, &types.DynamicFeeTx{Nonce: nonce, To: &to, Gas: 1_500_000, Data: data}))
		}
	}
	small := n.transfer(8, 0, 1) // pays least, and still fits when the large ones do not
	n.add(small)

	payload := n.build(s)
	size := payload.Block.Size()
	if size > params.MaxBlockSize || size < params.MaxBlockSize-blockSizeReserve-130_000 {
		t.Errorf("the block has %d bytes", size)
	}
	if txs := payload.Block.Transactions(); len(txs) >= 80 || txs[len(txs)-1] != small {
		t.Errorf("%d transactions, the last one is %x", len(txs), txs[len(txs)-1].Hash())
	}
	n.insert(payload)
	n.executeElsewhere()
}

// offered is a pool that offers one more transaction, one it never would.
type offered struct {
	Pool
	from common.Address
	tx   *types.Transaction
}

func (p offered) Pending(filter gethpool.PendingFilter) (map[common.Address][]*gethpool.LazyTransaction, int) {
	pending, count := p.Pool.Pending(filter)
	pending[p.from] = []*gethpool.LazyTransaction{{
		Tx: p.tx, Hash: p.tx.Hash(), Gas: p.tx.Gas(),
		GasFeeCap: uint256.MustFromBig(p.tx.GasFeeCap()), GasTipCap: uint256.MustFromBig(p.tx.GasTipCap()),
	}}
	return pending, count + 1
}

func TestNoBlobTransactions(t *testing.T) {
	n := newNode(t, easy())
	blob := types.MustSignNewTx(chaintest.Key(0), n.signer, &types.BlobTx{
		ChainID: uint256.MustFromBig(n.genesis.Config.ChainID), Gas: 21000,
		GasFeeCap: uint256.NewInt(100 * params.GWei), GasTipCap: uint256.NewInt(params.GWei),
		BlobFeeCap: uint256.NewInt(params.GWei), BlobHashes: []common.Hash{{1}},
	})
	s := n.miner(func(cfg *Config) { cfg.Pool = offered{n.pool, chaintest.Address(0), blob} })
	if payload := n.build(s); !payload.Empty() {
		t.Error("a blob transaction is in the payload")
	}
}

// TestStaleOffer: right after a block the pool still offers what is in it.
func TestStaleOffer(t *testing.T) {
	n := newNode(t, easy())
	first, second := n.transfer(0, 0, 1), n.transfer(0, 1, 1)
	stale := n.miner(func(cfg *Config) { cfg.Pool = offered{n.pool, chaintest.Address(0), first} })
	n.add(first)
	n.insert(n.build(stale))
	n.add(second)
	if payload := n.build(stale); !payload.Empty() {
		t.Error("a transaction was included twice")
	}
	wantTxs(t, n.build(n.miner(nil)), second)
}

func TestDeadlineTruncates(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	n.add(n.transfer(0, 0, 1))
	head := n.chain.CurrentBlock()
	payload, err := s.builder.build(t.Context(), head, head.Time+1, time.Now().Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if !payload.Truncated || !payload.Empty() {
		t.Errorf("truncated: %v, %d transactions", payload.Truncated, len(payload.Receipts))
	}
	n.insert(payload) // all that is there is valid
	n.executeElsewhere()
}

// cancelling is a pool that ends a context when it is asked.
type cancelling struct {
	Pool
	cancel context.CancelFunc
}

func (p cancelling) Pending(filter gethpool.PendingFilter) (map[common.Address][]*gethpool.LazyTransaction, int) {
	defer p.cancel()
	return p.Pool.Pending(filter)
}

func TestCancelledBuild(t *testing.T) {
	loop := common.Address{0xcc}
	n := newNode(t, easy(), withCode(loop, codeLoop))
	n.add(n.tx(0, &types.DynamicFeeTx{To: &loop, Gas: params.MaxTxGas}))
	ctx, cancel := context.WithCancel(t.Context())
	s := n.miner(func(cfg *Config) { cfg.Pool = cancelling{n.pool, cancel} })
	head := n.chain.CurrentBlock()
	payload, err := s.builder.build(ctx, head, head.Time+1, time.Time{})
	if !errors.Is(err, context.Canceled) || payload != nil {
		t.Errorf("payload %v, error %v", payload, err)
	}
}

func TestPayloadsAreIndependent(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	rival := n.miner(func(cfg *Config) { cfg.Etherbase = common.Address{0xee} })
	n.add(n.transfer(0, 0, 1))
	first, second := n.build(s), n.build(rival)
	n.insert(first)
	if first.Receipts[0] == second.Receipts[0] || first.State == second.State {
		t.Error("two payloads share receipts or state")
	}
	// The loser of the race is still a valid block, though only a side branch.
	header, err := pow.SealHeader(t.Context(), second.Block.Header())
	if err != nil {
		t.Fatal(err)
	}
	if err := n.chain.InsertSealed(t.Context(), second.seal(header), second.Receipts, second.State); err != nil {
		t.Error(err)
	}
	if n.chain.CurrentBlock().Coinbase != etherbase {
		t.Error("the head is not the block that came first")
	}
}
