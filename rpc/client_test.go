package rpc

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// TestClient goes through a contract's life with go-ethereum's own client, while the
// node's real miner pends the blocks.
func TestClient(t *testing.T) {
	n := newNode(t)
	var (
		ctx    = t.Context()
		client = ethclient.NewClient(n.dialWS())
		from   = chaintest.Address(0)
		heads  = make(chan *types.Header, 16)
		logs   = make(chan types.Log, 16)
	)
	headSub, err := client.SubscribeNewHead(ctx, heads)
	n.check(err)
	defer headSub.Unsubscribe()
	id, err := client.ChainID(ctx)
	n.check(err)
	network, err := client.NetworkID(ctx)
	n.check(err)
	if id.Int64() != chaintest.ChainID || network.Cmp(id) != 0 {
		t.Errorf("chain %v, network %v", id, network)
	}

	// Deploy as every client does: nonce, fees, gas, send, receipt.
	nonce, err := client.PendingNonceAt(ctx, from)
	n.check(err)
	tip, err := client.SuggestGasTipCap(ctx)
	n.check(err)
	code := common.FromHex(counterCode)
	gas, err := client.EstimateGas(ctx, ethereum.CallMsg{From: from, Data: code})
	n.check(err)
	head, err := client.HeaderByNumber(ctx, nil)
	n.check(err)
	deployment := types.MustSignNewTx(chaintest.Key(0), n.builder.Signer(), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, Data: code, Gas: gas, GasTipCap: tip,
		GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
	})
	n.nonces[0]++
	n.check(client.SendTransaction(ctx, deployment))
	if _, pending, err := client.TransactionByHash(ctx, deployment.Hash()); err != nil || !pending {
		t.Errorf("sent: pending %v, %v", pending, err)
	}
	if _, err := client.TransactionReceipt(ctx, deployment.Hash()); !errors.Is(err, ethereum.NotFound) {
		t.Errorf("receipt of a pending transaction: %v", err)
	}
	counter := crypto.CreateAddress(from, nonce)
	if code, err := client.PendingCodeAt(ctx, counter); err != nil || len(code) == 0 {
		t.Errorf("pending code %x, %v", code, err)
	}
	n.mine(deployment)
	if head := receive(t, "head", heads); head.Number.Uint64() != 1 || head.Hash() != n.head().Hash() {
		t.Errorf("announced %v, head is %v", head.Number, n.head().Number())
	}
	receipt, err := client.TransactionReceipt(ctx, deployment.Hash())
	n.check(err)
	if receipt.Status != 1 || receipt.ContractAddress != counter || receipt.GasUsed > gas {
		t.Errorf("deployment: %+v, estimate %d", receipt, gas)
	}

	// Use it: event, call, estimate of a revert.
	logSub, err := client.SubscribeFilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{counter}}, logs)
	n.check(err)
	defer logSub.Unsubscribe()
	n.mine(n.increment(3, counter), n.increment(4, counter))
	for want := range int64(2) {
		log := receive(t, "log", logs)
		if got := new(big.Int).SetBytes(log.Data); got.Int64() != want+1 || log.Topics[1] != common.BytesToHash(chaintest.Address(int(want)+3).Bytes()) {
			t.Errorf("log %d: %+v", want, log)
		}
	}
	found, err := client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: common.Big0, Topics: [][]common.Hash{{crypto.Keccak256Hash([]byte("Incremented(address,uint256)"))}}})
	n.check(err)
	if len(found) != 2 {
		t.Errorf("%d logs found", len(found))
	}
	count, err := client.CallContract(ctx, ethereum.CallMsg{To: &counter, Data: selector("count()")}, nil)
	n.check(err)
	before, err := client.CallContract(ctx, ethereum.CallMsg{To: &counter, Data: selector("count()")}, common.Big1)
	n.check(err)
	if new(big.Int).SetBytes(count).Int64() != 2 || new(big.Int).SetBytes(before).Sign() != 0 {
		t.Errorf("count %x, at block 1 %x", count, before)
	}
	_, err = client.EstimateGas(ctx, ethereum.CallMsg{To: &counter, Data: selector("atLeast(uint256)", big.NewInt(9))})
	var withData rpc.DataError
	if !errors.As(err, &withData) || withData.ErrorData() != hexutil.Encode(selector("TooLow(uint256,uint256)", big.NewInt(2), big.NewInt(9))) {
		t.Errorf("custom error: %v", err)
	}

	// Blocks and their parts, as ethclient checks them.
	block, err := client.BlockByHash(ctx, n.head().Hash())
	n.check(err)
	if block.Hash() != n.head().Hash() || len(block.Transactions()) != 2 {
		t.Errorf("block %v with %d transactions", block.Number(), len(block.Transactions()))
	}
	sender, err := client.TransactionSender(ctx, block.Transactions()[0], block.Hash(), 0)
	n.check(err)
	if sender != chaintest.Address(3) {
		t.Errorf("sender %v", sender)
	}
	receipts, err := client.BlockReceipts(ctx, rpc.BlockNumberOrHashWithHash(block.Hash(), true))
	n.check(err)
	if types.DeriveSha(types.Receipts(receipts), trie.NewStackTrie(nil)) != block.ReceiptHash() {
		t.Error("the receipts are not those of the block")
	}
	if _, err := client.BlockByNumber(ctx, big.NewInt(99)); !errors.Is(err, ethereum.NotFound) {
		t.Errorf("unknown block: %v", err)
	}
	if progress, err := client.SyncProgress(ctx); progress != nil || err != nil {
		t.Errorf("sync progress %v, %v", progress, err)
	}
	history, err := client.FeeHistory(ctx, 3, nil, []float64{10, 90})
	n.check(err)
	if len(history.Reward) != 3 || len(history.BaseFee) != 4 {
		t.Errorf("fee history %+v", history)
	}
	price, err := client.SuggestGasPrice(ctx)
	n.check(err)
	if price.Cmp(gwei) < 0 {
		t.Errorf("gas price %v", price)
	}
	balance, err := client.PendingBalanceAt(ctx, etherbase)
	n.check(err)
	if now, err := client.BalanceAt(ctx, etherbase, nil); err != nil || balance.Cmp(now) < 0 {
		t.Errorf("pending balance %v, balance %v, %v", balance, now, err)
	}
}

// TestGethClient checks proofs, access lists and overrides.
func TestGethClient(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	n.mine(n.increment(1, counter))
	client, ctx := gethclient.New(n.client), t.Context()

	proof, err := client.GetProof(ctx, counter, []string{"0x0", common.BigToHash(common.Big1).Hex()}, nil)
	n.check(err)
	account := verifyProof(t, n.head().Root(), crypto.Keccak256(counter.Bytes()), proof.AccountProof)
	if account == nil || proof.StorageProof[0].Value.Int64() != 1 || proof.StorageProof[1].Value.Sign() != 0 {
		t.Errorf("proof %+v", proof)
	}
	slot := verifyProof(t, proof.StorageHash, crypto.Keccak256(common.Hash{}.Bytes()), proof.StorageProof[0].Proof)
	if string(slot) != "\x01" {
		t.Errorf("proven slot %x", slot)
	}
	if verifyProof(t, proof.StorageHash, crypto.Keccak256(common.BigToHash(common.Big1).Bytes()), proof.StorageProof[1].Proof) != nil {
		t.Error("an empty slot is proven to have a value")
	}

	list, gas, failure, err := client.CreateAccessList(ctx, ethereum.CallMsg{
		From: chaintest.Address(5), To: &counter, Data: selector("increment()"), GasFeeCap: dear, GasTipCap: gwei,
	})
	n.check(err)
	if failure != "" || gas == 0 || len(*list) != 1 || (*list)[0].Address != counter {
		t.Errorf("access list %v, gas %d, %s", list, gas, failure)
	}

	// The contract answers from an account that has no code, with another
	// count, in another block.
	here := gethclient.OverrideAccount{
		Code:      common.FromHex(counterCode)[28:],
		Balance:   big.NewInt(7),
		StateDiff: map[common.Hash]common.Hash{{}: common.BigToHash(big.NewInt(41))},
	}
	overrides := map[common.Address]gethclient.OverrideAccount{stranger: here}
	count, err := client.CallContract(ctx, ethereum.CallMsg{To: &stranger, Data: selector("count()")}, nil, &overrides)
	n.check(err)
	if new(big.Int).SetBytes(count).Int64() != 41 {
		t.Errorf("count %x", count)
	}
	random := common.HexToHash("0x1234")
	block := gethclient.BlockOverrides{
		Number: big.NewInt(1000), Time: 77, Coinbase: stranger, Random: random, BaseFee: big.NewInt(9), GasLimit: 1 << 22,
	}
	seen, err := client.CallContractWithBlockOverrides(ctx, ethereum.CallMsg{To: &counter, Data: selector("here()"), GasFeeCap: dear, From: chaintest.Address(0), Gas: 100000}, nil, nil, block)
	n.check(err)
	for i, want := range []*big.Int{big.NewInt(1000), big.NewInt(77), new(big.Int).SetBytes(stranger.Bytes()), big.NewInt(9), random.Big(), common.Big0} {
		if got := new(big.Int).SetBytes(seen[32*i : 32*i+32]); got.Cmp(want) != 0 {
			t.Errorf("word %d is %x, want %x", i, got, want)
		}
	}
}

// verifyProof returns what a proof proves to be at a key, nil if nothing is.
func verifyProof(t testing.TB, root common.Hash, key []byte, proof []string) []byte {
	t.Helper()
	nodes := memorydb.New()
	for _, node := range proof {
		raw := common.FromHex(node)
		if err := nodes.Put(crypto.Keccak256(raw), raw); err != nil {
			t.Fatal(err)
		}
	}
	value, err := trie.VerifyProof(root, key, nodes)
	if err != nil {
		t.Errorf("proof: %v", err)
	}
	return value
}

// TestTransactionTypes has every kind of transaction mined and read back with
// go-ethereum's decoder, which checks the hash.
func TestTransactionTypes(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.AllowUnprotected = true })
	counter := n.deploy()
	access := types.AccessList{{Address: counter, StorageKeys: []common.Hash{{}}}}
	auth, err := types.SignSetCode(chaintest.Key(6), types.SetCodeAuthorization{ChainID: *uint256.NewInt(chaintest.ChainID), Address: counter})
	n.check(err)
	chainID := n.genesis.Config.ChainID
	authority := chaintest.Address(6)
	txs := []*types.Transaction{
		types.MustSignNewTx(chaintest.Key(1), types.HomesteadSigner{}, &types.LegacyTx{GasPrice: dear, Gas: params.TxGas, To: &stranger, Value: common.Big1}),
		types.MustSignNewTx(chaintest.Key(2), n.builder.Signer(), &types.LegacyTx{GasPrice: dear, Gas: params.TxGas, To: &stranger, Value: common.Big1}),
		types.MustSignNewTx(chaintest.Key(3), n.builder.Signer(), &types.AccessListTx{ChainID: chainID, GasPrice: dear, Gas: 100000, To: &counter, Data: selector("increment()"), AccessList: access}),
		types.MustSignNewTx(chaintest.Key(4), n.builder.Signer(), &types.DynamicFeeTx{ChainID: chainID, GasTipCap: gwei, GasFeeCap: dear, Gas: 100000, To: &counter, Data: selector("increment()"), AccessList: access}),
		types.MustSignNewTx(chaintest.Key(5), n.builder.Signer(), &types.SetCodeTx{ChainID: uint256.NewInt(chaintest.ChainID), GasTipCap: uint256.MustFromBig(gwei), GasFeeCap: uint256.MustFromBig(dear), Gas: 200000, To: authority, Data: selector("increment()"), AuthList: []types.SetCodeAuthorization{auth}}),
	}
	for _, tx := range txs {
		n.send(tx)
		pending := get[*types.Transaction](n, "eth_getTransactionByHash", tx.Hash())
		if pending.Hash() != tx.Hash() {
			t.Errorf("type %d: pending transaction is %x", tx.Type(), pending.Hash())
		}
	}
	block := n.mine(txs...)
	for i, tx := range txs {
		read := get[*types.Transaction](n, "eth_getTransactionByHash", tx.Hash())
		if read.Hash() != tx.Hash() {
			t.Errorf("type %d: transaction is %x", tx.Type(), read.Hash())
		}
		receipt := get[*types.Receipt](n, "eth_getTransactionReceipt", tx.Hash())
		if receipt.Type != tx.Type() || receipt.Status != 1 || receipt.TransactionIndex != uint(i) {
			t.Errorf("type %d: receipt %+v", tx.Type(), receipt)
		}
		if want := effectiveGasPrice(tx, block.BaseFee()); receipt.EffectiveGasPrice.Cmp(want) != 0 {
			t.Errorf("type %d: price %v, want %v", tx.Type(), receipt.EffectiveGasPrice, want)
		}
	}
	code := get[hexutil.Bytes](n, "eth_getCode", authority)
	if delegate, ok := types.ParseDelegation(code); !ok || delegate != counter {
		t.Errorf("delegated code %x", []byte(code))
	}
}

// TestUnprotected: a transaction that every chain accepts is refused, with the way
// around it.
func TestUnprotected(t *testing.T) {
	n := newNode(t)
	tx := types.MustSignNewTx(chaintest.Key(1), types.HomesteadSigner{}, &types.LegacyTx{GasPrice: dear, Gas: params.TxGas, To: &stranger})
	raw, err := tx.MarshalBinary()
	n.check(err)
	_, err = n.ask("eth_sendRawTransaction", hexutil.Bytes(raw))
	wantError(t, err, codeServer, "only replay-protected (EIP-155) transactions allowed over RPC (see --rpc.allow-unprotected-txs)")
}

// TestRefusedTransactions: what the pool or the node says of bad ones.
func TestRefusedTransactions(t *testing.T) {
	n := newNode(t)
	sign := func(chainID int64, inner *types.DynamicFeeTx) *types.Transaction {
		inner.ChainID = big.NewInt(chainID)
		return types.MustSignNewTx(chaintest.Key(1), types.LatestSignerForChainID(inner.ChainID), inner)
	}
	forged := n.transfer(2)
	v, r, _ := forged.RawSignatureValues()
	forged, err := forged.WithSignature(n.builder.Signer(), append(common.BigToHash(r).Bytes(), append(make([]byte, 32), byte(v.Uint64()))...))
	n.check(err)
	blob := types.MustSignNewTx(chaintest.Key(3), n.builder.Signer(), &types.BlobTx{
		ChainID: uint256.NewInt(chaintest.ChainID), GasTipCap: uint256.NewInt(1), GasFeeCap: uint256.MustFromBig(dear), Gas: params.TxGas,
		BlobFeeCap: uint256.NewInt(1), BlobHashes: []common.Hash{{1}},
	})
	for name, test := range map[string]struct {
		tx  *types.Transaction
		err string
	}{
		"other chain": {sign(1, &types.DynamicFeeTx{Gas: params.TxGas, GasFeeCap: dear, To: &stranger}), "invalid sender: invalid chain id for signer: have 1 want 4242"},
		"no gas":      {sign(chaintest.ChainID, &types.DynamicFeeTx{Gas: 1, GasFeeCap: dear, GasTipCap: gwei, To: &stranger}), "intrinsic gas too low"},
		"no funds":    {sign(chaintest.ChainID, &types.DynamicFeeTx{Gas: params.TxGas, GasFeeCap: dear, GasTipCap: gwei, To: &stranger, Value: new(big.Int).Lsh(common.Big1, 200)}), "insufficient funds for gas * price + value"},
		"no tip":      {sign(chaintest.ChainID, &types.DynamicFeeTx{Gas: params.TxGas, GasFeeCap: dear, To: &stranger}), "transaction gas price below minimum"},
		"slip":        {sign(chaintest.ChainID, &types.DynamicFeeTx{Gas: 1_000_000, GasFeeCap: big.NewInt(2000 * params.GWei), To: &stranger}), "tx fee (2.00 ether) exceeds the configured cap (1.00 ether) (see --rpc.txfeecap)"},
		"forged":      {forged, "invalid sender: invalid transaction v, r, s values"},
		"blob":        {blob, "blob transactions are not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := test.tx.MarshalBinary()
			n.check(err)
			_, err = n.ask("eth_sendRawTransaction", hexutil.Bytes(raw))
			wantError(t, err, codeServer, test.err)
		})
	}
}

// TestSenderRecoveredOnce: the pool holds the transaction with its sender.
func TestSenderRecoveredOnce(t *testing.T) {
	n := newNode(t)
	tx := n.transfer(1)
	n.send(tx)
	pooled := n.pool.Get(tx.Hash())
	signer := types.LatestSigner(n.chain.Config())
	from, err := types.Sender(signer, pooled)
	n.check(err)
	// Enough runs that what goes on meanwhile does not count.
	recovered := testing.AllocsPerRun(10000, func() { _, err = types.Sender(signer, pooled) })
	if from != chaintest.Address(1) || err != nil || recovered != 0 {
		t.Errorf("sender %v, %v; asking again allocates %v times: it is recovered again", from, err, recovered)
	}
}

// TestHistory: state, calls and proofs of blocks far below what is in memory.
func TestHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("mines 200 blocks")
	}
	// go-ethereum puts off the index of a new database for a minute.
	dir := t.TempDir()
	t.Run("first start", func(t *testing.T) { newNodeIn(t, dir) })
	n := newNodeIn(t, dir)
	counter := n.deploy()
	n.mine(n.increment(1, counter))
	old := n.head()
	n.mine(n.increment(1, counter))
	n.mineEmpty(200)
	word := func(count int64) string { return common.BigToHash(big.NewInt(count)).Hex() }
	call := map[string]any{"to": counter, "data": selector("count()")}
	n.await("history is indexed", func() bool {
		// Accounts and trie nodes have an index each; a proof asks for both.
		_, err := n.ask("eth_getProof", counter, []string{"0x0"}, "0x1")
		return err == nil
	})
	for block, count := range map[any]int64{"0x1": 0, "0x2": 1, "0x3": 2, "latest": 2, "finalized": 2} {
		if got := get[string](n, "eth_call", call, block); got != word(count) {
			t.Errorf("eth_call at %v: %s", block, got)
		}
		if got := get[string](n, "eth_getStorageAt", counter, "0x0", block); got != word(count) {
			t.Errorf("eth_getStorageAt at %v: %s", block, got)
		}
	}
	if nonce := get[string](n, "eth_getTransactionCount", chaintest.Address(1), map[string]any{"blockHash": old.Hash(), "requireCanonical": true}); nonce != "0x1" {
		t.Errorf("nonce %s", nonce)
	}
	gas := get[hexutil.Uint64](n, "eth_estimateGas", map[string]any{"to": counter, "data": selector("increment()")}, "0x1")
	if gas < 40000 { // the slot is empty there
		t.Errorf("estimate at block 1: %d", gas)
	}
	proof, err := gethclient.New(n.client).GetProof(t.Context(), counter, []string{"0x0"}, old.Number())
	n.check(err)
	if verifyProof(t, old.Root(), crypto.Keccak256(counter.Bytes()), proof.AccountProof) == nil || proof.StorageProof[0].Value.Int64() != 1 {
		t.Errorf("proof at block 2: %+v", proof)
	}
	if safe := get[map[string]any](n, "eth_getBlockByNumber", "safe", false)["number"]; safe != hexutil.EncodeUint64(n.head().NumberU64()-n.params.SafeDepth) {
		t.Errorf("safe block %v", safe)
	}
}
