package rpc

import (
	"encoding/json"
	"errors"
	"math/big"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func TestSubscribeSyncing(t *testing.T) {
	var progress atomic.Pointer[ethereum.SyncProgress]
	n := newNode(t, func(cfg *Config) { cfg.Sync = progress.Load })
	statuses := make(chan json.RawMessage)
	subscription, err := n.dialWS().EthSubscribe(t.Context(), statuses, "syncing")
	n.check(err)
	defer subscription.Unsubscribe()
	for _, step := range []struct {
		progress *ethereum.SyncProgress
		want     string
	}{
		{nil, `false`}, // how things are
		{&ethereum.SyncProgress{StartingBlock: 1, CurrentBlock: 2, HighestBlock: 30}, `{"syncing":true,"status":{"startingBlock":"0x1","currentBlock":"0x2","highestBlock":"0x1e"}}`},
		{&ethereum.SyncProgress{StartingBlock: 1, CurrentBlock: 3, HighestBlock: 30}, `{"syncing":true,"status":{"startingBlock":"0x1","currentBlock":"0x3","highestBlock":"0x1e"}}`},
		{nil, `false`},
	} {
		progress.Store(step.progress)
		if got := receive(t, "sync status", statuses); string(got) != step.want {
			t.Errorf("told %s, want %s", got, step.want)
		}
	}
}

func TestSendAndWait(t *testing.T) {
	n := newNode(t)
	tx := n.transfer(1)
	raw, err := tx.MarshalBinary()
	n.check(err)
	_, err = n.ask("eth_sendRawTransactionSync", hexutil.Bytes(raw), 1)
	wantError(t, err, codeTxSyncTimeout, "The transaction was added to the transaction pool but wasn't processed in 1ms (see --rpc.txsync.maxtimeout)")
	var withData rpc.DataError
	if !errors.As(err, &withData) || withData.ErrorData() != tx.Hash().Hex() {
		t.Errorf("data of the error: %+v", withData)
	}

	tx = n.transfer(2)
	raw, err = tx.MarshalBinary()
	n.check(err)
	type result struct {
		receipt json.RawMessage
		err     error
	}
	results := make(chan result, 1)
	go func() {
		var r result
		r.err = n.client.CallContext(t.Context(), &r.receipt, "eth_sendRawTransactionSync", hexutil.Bytes(raw), "0xea60")
		results <- r
	}()
	n.await("the transaction is in the pool", func() bool { return n.pool.Has(tx.Hash()) })
	block := n.mine(tx)
	r := receive(t, "receipt", results)
	n.check(r.err)
	var receipt struct {
		TransactionHash, BlockHash common.Hash
		Status                     hexutil.Uint64
	}
	n.check(json.Unmarshal(r.receipt, &receipt))
	if receipt.TransactionHash != tx.Hash() || receipt.BlockHash != block.Hash() || receipt.Status != 1 {
		t.Errorf("receipt %+v", receipt)
	}
}

func TestResend(t *testing.T) {
	n := newNode(t, withWallet(t, 1))
	args := object{"from": chaintest.Address(1), "to": stranger, "nonce": "0x0", "gas": "0x5208", "gasPrice": hexutil.EncodeBig(dear)}
	first := get[common.Hash](n, "eth_sendTransaction", args)
	_, err := n.ask("eth_resend", with(args, "value", "0x1"))
	wantError(t, err, codeServer, "transaction 0x")
	dearer := new(big.Int).Mul(dear, common.Big2)
	second := get[common.Hash](n, "eth_resend", args, hexutil.EncodeBig(dearer), "0x5209")
	pending := get[[]object](n, "eth_pendingTransactions")
	if len(pending) != 1 || pending[0]["hash"] != second.Hex() || pending[0]["gas"] != "0x5209" || pending[0]["gasPrice"] != hexutil.EncodeBig(dearer) {
		t.Errorf("%s was replaced by %s, pending are %v", first, second, pending)
	}
}
