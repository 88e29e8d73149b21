package chain_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// deployed returns init code that stores a runtime which emits a log with its
// call data as topic and keeps it in slot 0.
func deployed() []byte {
	// CALLDATALOAD(0) SSTORE(0) ; LOG1(0, 0, CALLDATALOAD(0)) ; STOP
	runtime := common.FromHex("6000358060005560006000a100")
	// PUSH len, PUSH offset, PUSH 0, CODECOPY, PUSH len, PUSH 0, RETURN
	init := append([]byte{0x60, byte(len(runtime)), 0x60, 0x0c, 0x60, 0x00, 0x39, 0x60, byte(len(runtime)), 0x60, 0x00, 0xf3}, runtime...)
	return init
}

// kinds returns a block's transactions, one of each kind that the chain allows:
// a legacy transfer, an access-list transaction, a deployment, a contract call
// and an EIP-7702 delegation.
func (n *network) kinds(round uint64) []*types.Transaction {
	signer := n.Signer()
	id, fee, tip := big.NewInt(chaintest.ChainID), big.NewInt(100*params.GWei), big.NewInt(params.GWei)
	to := chaintest.Address(30)
	contract := contractOf(2, 0)
	auth, err := types.SignSetCode(chaintest.Key(int(round)+40), types.SetCodeAuthorization{
		ChainID: *uint256.MustFromBig(id), Address: contract,
	})
	if err != nil {
		panic(err)
	}
	sign := func(i int, tx types.TxData) *types.Transaction {
		return types.MustSignNewTx(chaintest.Key(i), signer, tx)
	}
	txs := []*types.Transaction{
		sign(0, &types.LegacyTx{Nonce: round, To: &to, Value: big.NewInt(1), Gas: 21000, GasPrice: fee}),
		sign(1, &types.AccessListTx{ChainID: id, Nonce: round, To: &to, Value: big.NewInt(1), Gas: 40000, GasPrice: fee,
			AccessList: types.AccessList{{Address: contract, StorageKeys: []common.Hash{{}}}}}),
		sign(2, &types.DynamicFeeTx{ChainID: id, Nonce: round, Gas: 200000, GasFeeCap: fee, GasTipCap: tip, Data: deployed()}),
		sign(4, &types.SetCodeTx{ChainID: uint256.MustFromBig(id), Nonce: round, To: chaintest.Address(int(round) + 40), Gas: 200000,
			GasFeeCap: uint256.MustFromBig(fee), GasTipCap: uint256.MustFromBig(tip), AuthList: []types.SetCodeAuthorization{auth}}),
	}
	if round > 0 {
		txs = append(txs, sign(3, &types.DynamicFeeTx{ChainID: id, Nonce: round - 1, To: &contract, Gas: 100000, GasFeeCap: fee, GasTipCap: tip,
			Data: common.BigToHash(big.NewInt(int64(round))).Bytes()}))
	}
	return txs
}

func contractOf(i int, nonce uint64) common.Address {
	return crypto.CreateAddress(chaintest.Address(i), nonce)
}

// TestStockChainAcceptsOurs is the property of the design's section 1: every block
// of ours is a valid Ethereum block.
func TestStockChainAcceptsOurs(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	blocks := n.Chain(n.Genesis(), 30, func(i int) chaintest.Spec {
		return chaintest.Spec{Coinbase: chaintest.Address(9), Txs: n.kinds(uint64(i))}
	})
	insert(t, s, blocks)
	wantHead(t, s, blocks[29])

	var file bytes.Buffer
	if err := s.Export(t.Context(), &file, 0, 30, nil); err != nil {
		t.Fatal(err)
	}
	geth := chaintest.StockChain(t, n.genesis)
	chaintest.ImportStock(t, geth, &file)
	if head := geth.CurrentBlock(); head.Hash() != blocks[29].Hash() || head.Root != s.CurrentBlock().Root {
		t.Errorf("stock head is %d (%x), want %x", head.Number, head.Hash(), blocks[29].Hash())
	}
	// All of it happened: the log of a call, the delegation's code.
	var logs int
	for _, block := range blocks {
		for _, receipt := range s.GetReceiptsByHash(block.Hash()) {
			if receipt.Status != types.ReceiptStatusSuccessful {
				t.Errorf("a transaction of block %d failed", block.NumberU64())
			}
			logs += len(receipt.Logs)
		}
	}
	statedb, err := s.StateOf(s.CurrentBlock())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := types.ParseDelegation(statedb.GetCode(chaintest.Address(41))); logs < 29 || !ok {
		t.Errorf("%d logs, delegation %v", logs, ok)
	}
}

// TestStockValidIsNotEnough gives both chains blocks that follow go-ethereum's
// rules but not ours.
func TestStockValidIsNotEnough(t *testing.T) {
	n := newNetwork(t)
	for name, damage := range map[string]func(*types.Header, *types.Body){
		"no seal":           func(h *types.Header, _ *types.Body) { h.Extra = []byte("made by somebody else") },
		"other randomness":  func(h *types.Header, _ *types.Body) { h.MixDigest = common.Hash{7} },
		"target of its own": func(h *types.Header, _ *types.Body) { h.Extra[len(h.Extra)-9]-- },
	} {
		t.Run(name, func(t *testing.T) {
			block := n.Block(n.Genesis(), chaintest.Spec{Damage: damage})
			if _, err := chaintest.StockChain(t, n.genesis).InsertChain(types.Blocks{block}); err != nil {
				t.Fatalf("not stock-valid: %v", err)
			}
			if _, err := newChain(t, n).InsertBlocks(t.Context(), types.Blocks{block}); err == nil {
				t.Error("accepted")
			}
		})
	}
}
