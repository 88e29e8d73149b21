package rpc

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// TestOldState asks for balance, storage, calls and proofs at blocks far below the 128
// whose states are in memory, before and after a reorg deeper than these. In the trunk
// every block increments the counter and pays the stranger 1 wei; in the branch, which
// replaces its second half, it only pays 2.
func TestOldState(t *testing.T) {
	const fork, trunkLength, branchLength = 160, 330, 335
	var (
		dir           = t.TempDir()
		counter       = crypto.CreateAddress(chaintest.Address(0), 0)
		trunk, branch types.Blocks
	)
	// go-ethereum begins to index histories a minute after the very first start of a
	// chain, and at once at all later ones.
	t.Run("first start", func(t *testing.T) {
		n := newNodeIn(t, dir)
		pay := func(wei int64) *types.Transaction {
			return n.tx(1, types.DynamicFeeTx{To: &stranger, Value: big.NewInt(wei), Gas: 21000})
		}
		trunk = n.builder.Chain(n.head(), trunkLength, func(i int) chaintest.Spec {
			first := n.increment(0, counter)
			if i == 0 {
				n.nonces[0] = 0
				first = n.tx(0, types.DynamicFeeTx{Data: common.FromHex(counterCode)})
			}
			return chaintest.Spec{Coinbase: etherbase, Txs: types.Transactions{first, pay(1)}}
		})
		n.nonces[1] = fork
		branch = n.builder.Chain(trunk[fork-1], branchLength-fork, func(int) chaintest.Spec {
			return chaintest.Spec{Coinbase: etherbase, Txs: types.Transactions{pay(2)}}
		})
		_, err := n.chain.InsertBlocks(t.Context(), trunk[:10])
		n.check(err)
	})

	n := newNodeIn(t, dir)
	_, err := n.chain.InsertBlocks(t.Context(), trunk[10:])
	n.check(err)
	for _, number := range []int64{1, 2, 100, fork, fork + 10, trunkLength - 129, trunkLength - 128, trunkLength} {
		n.wantState(trunk[number-1], counter, number-1, number)
	}
	genesis := n.chain.GetBlockByNumber(0)
	n.wantState(genesis, counter, 0, 0)

	_, err = n.chain.InsertBlocks(t.Context(), branch)
	n.check(err)
	if n.head().Hash() != branch[len(branch)-1].Hash() {
		t.Fatal("the branch is not the head")
	}
	for _, number := range []int64{1, 2, 100, fork} {
		n.wantState(trunk[number-1], counter, number-1, number)
	}
	for _, number := range []int64{fork + 1, fork + 10, branchLength - 129, branchLength - 128, branchLength} {
		n.wantState(branch[number-fork-1], counter, fork-1, fork+2*(number-fork))
	}
	dropped := trunk[fork+9].Hash()
	_, err = n.ask("eth_getBalance", stranger, object{"blockHash": dropped, "requireCanonical": true})
	wantError(t, err, codeServer, "hash is not currently canonical")
	_, err = n.ask("eth_getBalance", stranger, object{"blockHash": dropped})
	wantError(t, err, codeServer, fmt.Sprintf("state of block %d (%#x) is not available", fork+10, dropped))

	// The transaction of a nonce is found by bisection over all these states.
	found := get[struct{ BlockHash common.Hash }](n, "eth_getTransactionBySenderAndNonce", chaintest.Address(1), hexutil.Uint64(fork+4))
	if found.BlockHash != branch[4].Hash() {
		t.Errorf("nonce %d is of block %x", fork+4, found.BlockHash)
	}
}

// wantState checks what the counter counts and the stranger owns after a block, and
// the proofs of both.
func (n *node) wantState(block *types.Block, counter common.Address, count, balance int64) {
	n.t.Helper()
	at := hexutil.EncodeBig(block.Number())
	n.await("history is indexed", func() bool {
		_, err := n.ask("eth_getProof", stranger, []string{}, at)
		return err == nil
	})
	if got := get[*hexutil.Big](n, "eth_getBalance", stranger, at); got.ToInt().Int64() != balance {
		n.t.Errorf("block %s: balance is %v, want %d", at, got, balance)
	}
	for method, params := range map[string][]any{
		"eth_getStorageAt": {counter, "0x0", at},
		"eth_call":         {object{"to": counter, "input": selector("count()")}, at},
	} {
		if got := new(big.Int).SetBytes(get[hexutil.Bytes](n, method, params...)); got.Int64() != count {
			n.t.Errorf("block %s: %s says %d, want %d", at, method, got, count)
		}
	}
	client := gethclient.New(n.client)
	proof, err := client.GetProof(n.t.Context(), stranger, nil, block.Number())
	n.check(err)
	n.wantProof(block, proof)
	proof, err = client.GetProof(n.t.Context(), counter, []string{"0x0"}, block.Number())
	n.check(err)
	n.wantProof(block, proof)
	if slot := proof.StorageProof[0]; slot.Value.Int64() != count {
		n.t.Errorf("block %s: proven count is %d, want %d", at, slot.Value, count)
	} else if count > 0 {
		value := verifyProof(n.t, proof.StorageHash, crypto.Keccak256(common.Hash{}.Bytes()), slot.Proof)
		if want, err := rlp.EncodeToBytes(slot.Value); err != nil || string(value) != string(want) {
			n.t.Errorf("block %s: storage proof of %x, want %x", at, value, want)
		}
	}
}

// wantProof checks the account proof against the block's state root.
func (n *node) wantProof(block *types.Block, proof *gethclient.AccountResult) {
	n.t.Helper()
	value := verifyProof(n.t, block.Root(), crypto.Keccak256(proof.Address.Bytes()), proof.AccountProof)
	if proof.Nonce == 0 && proof.Balance.Sign() == 0 {
		if len(value) != 0 {
			n.t.Errorf("block %d: proof of an account that should not be there", block.Number())
		}
		return
	}
	var account types.StateAccount
	if err := rlp.DecodeBytes(value, &account); err != nil {
		n.t.Errorf("block %d: proven account: %v", block.Number(), err)
		return
	}
	if account.Nonce != proof.Nonce || account.Balance.ToBig().Cmp(proof.Balance) != 0 || account.Root != proof.StorageHash || common.BytesToHash(account.CodeHash) != proof.CodeHash {
		n.t.Errorf("block %d: proof of %+v, answer %+v", block.Number(), account, proof)
	}
}
