package rpc

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/wallet"
)

// bank is the account of a test's chain that gives others what they shall have.
const bank = 9

// giver is the account that the faucet of such a chain gives from.
const giver = 70

var ether = big.NewInt(params.Ether)

// newDevNode starts a node of a development chain, with its controls.
func newDevNode(t testing.TB, change ...func(*Config)) *node {
	t.Helper()
	return newNodeOf(t, t.TempDir(), chaintest.Instant(), change...)
}

// openDev makes the controls. The node has the keys of all funded accounts but the
// bank.
func (n *node) openDev(cfg *Config) {
	keys := wallet.Config{Log: discard()}
	for i := range bank {
		keys.Open = append(keys.Open, chaintest.Key(i))
	}
	purse, err := wallet.New(n.t.Context(), keys)
	n.check(err)
	dev, err := miner.NewDev(miner.DevConfig{Miner: n.miner, Chain: n.chain, Pool: n.pool, Wallet: purse, Bank: chaintest.Key(bank)})
	n.check(err)
	cfg.Dev, cfg.Wallet, cfg.API = dev, purse, publicNamespaces()
	cfg.Faucet.Key, cfg.Faucet.Amount = chaintest.Key(giver), ether
}

// TestDevMethods asks for everything once, in the forms in which tools do.
func TestDevMethods(t *testing.T) {
	n := newDevNode(t)
	poor, rich := common.HexToAddress("0x6000000000000000000000000000000000000006"), chaintest.Address(1)
	tx := n.transfer(0)
	raw, err := tx.MarshalBinary()
	n.check(err)
	const refusal = "not on this chain, whose blocks every node verifies: "
	for _, test := range []struct {
		method string
		params []any
		want   string // JSON, or the beginning of the error after "!"
	}{
		{"evm_mine", nil, `"0x0"`},
		{"evm_mine", []any{nil}, `"0x0"`},
		{"evm_mine", []any{5_000_000_000}, `"0x0"`},
		{"evm_mine", []any{"0x12a05f300"}, `"0x0"`},
		{"evm_mine", []any{map[string]any{"timestamp": "5000001000", "blocks": 3}}, `"0x0"`},
		{"eth_blockNumber", nil, `"0x7"`},
		{"evm_mine", []any{1}, "!timestamp 1 is lower than or equal to previous block's timestamp"},
		{"evm_mine", []any{"soon"}, `!invalid argument 0: "soon" is not a number`},
		{"hardhat_mine", nil, `true`},
		{"hardhat_mine", []any{"0x3e8", "0x3c"}, `true`},
		{"hardhat_mine", []any{1, 0}, `true`},
		{"anvil_mine", nil, `null`},
		{"anvil_mine", []any{2, 100}, `null`},
		{"eth_blockNumber", nil, `"0x3f4"`},

		{"evm_snapshot", nil, `"0x1"`},
		{"anvil_snapshot", nil, `"0x2"`},
		{"evm_increaseTime", []any{60}, ``},
		{"anvil_increaseTime", []any{"0x3c"}, ``},
		{"evm_setNextBlockTimestamp", []any{5_100_000_000}, `null`},
		{"anvil_setNextBlockTimestamp", []any{"5100000001"}, `null`},
		{"evm_setTime", []any{5_100_000_000}, ``},
		{"anvil_setTime", []any{5_100_000_000}, `0`},
		{"anvil_setBlockTimestampInterval", []any{7}, `null`},
		{"anvil_removeBlockTimestampInterval", nil, `true`},
		{"anvil_removeBlockTimestampInterval", nil, `false`},

		{"evm_setAutomine", []any{false}, `null`},
		{"hardhat_getAutomine", nil, `false`},
		{"eth_sendRawTransaction", []any{hexutil.Bytes(raw)}, ``},
		{"eth_getTransactionReceipt", []any{tx.Hash()}, `null`},
		{"anvil_dropTransaction", []any{common.Hash{1}}, `null`},
		{"hardhat_dropTransaction", []any{common.Hash{1}}, `false`},
		{"hardhat_dropTransaction", []any{tx.Hash()}, `true`},
		{"eth_sendRawTransaction", []any{hexutil.Bytes(raw)}, ``},
		{"anvil_removePoolTransactions", []any{chaintest.Address(0)}, `null`},
		{"txpool_status", nil, `{"pending":"0x0","queued":"0x0"}`},
		{"anvil_dropAllTransactions", nil, `null`},
		{"hardhat_dropAllTransactions", nil, `true`},
		{"evm_setIntervalMining", []any{[]int{60_000, 70_000}}, `null`},
		{"anvil_getIntervalMining", nil, `70`},
		{"evm_setIntervalMining", []any{0}, `null`},
		{"anvil_getIntervalMining", nil, `null`},
		{"anvil_setIntervalMining", []any{3600}, `null`},
		{"anvil_setIntervalMining", []any{0}, `null`},
		{"evm_setIntervalMining", []any{[]int{1}}, "!invalid argument 0: 1 numbers are no interval"},
		{"evm_setIntervalMining", []any{"0xffffffffffffffff"}, "!an interval of"},
		{"anvil_setIntervalMining", []any{"0xffffffffffffffff"}, "!an interval of"},
		{"anvil_setAutomine", []any{true}, `null`},
		{"anvil_getAutomine", nil, `true`},
		{"eth_sendRawTransaction", []any{hexutil.Bytes(raw)}, ``},
		{"eth_getTransactionByHash", []any{tx.Hash()}, `{"blockNumber":"0x3f5"}`},

		{"anvil_setBalance", []any{poor, "0xde0b6b3a7640000"}, `null`},
		{"hardhat_setBalance", []any{poor, json.RawMessage("1e21")}, `true`},
		{"eth_getBalance", []any{poor, "latest"}, `"0x3635c9adc5dea00000"`},
		{"anvil_addBalance", []any{poor, 1}, `null`},
		{"hardhat_addBalance", []any{poor, 1}, `true`},
		{"evm_setAccountBalance", []any{rich, 17}, `true`},
		{"tenderly_setBalance", []any{[]any{rich, stranger}, "0x100"}, `true`},
		{"tenderly_addBalance", []any{rich, 1}, `true`},
		{"eth_getBalance", []any{rich, "latest"}, `"0x101"`},
		{"anvil_setBalance", []any{poor, 0}, "!" + refusal + "only 0x6000000000000000000000000000000000000006 itself can spend"},
		{"tenderly_setBalance", []any{poor, 0}, "!" + refusal},
		{"anvil_setNonce", []any{rich, 50}, `null`},
		{"hardhat_setNonce", []any{rich, 51}, `true`},
		{"evm_setAccountNonce", []any{rich, 52}, `true`},
		{"eth_getTransactionCount", []any{rich, "latest"}, `"0x34"`},
		{"anvil_setNonce", []any{rich, 1}, "!a nonce can only grow"},
		{"hardhat_setNonce", []any{poor, 1}, "!" + refusal + "a nonce grows with the transactions"},
		{"hardhat_setNonce", []any{poor, "0x10000000000000000"}, "!nonce: 18446744073709551616 is too large"},

		{"anvil_setCode", []any{poor, "0x"}, `null`},
		{"hardhat_setCode", []any{poor, "0x60"}, "!" + refusal + "code comes to an address only"},
		{"tenderly_setCode", []any{poor, "0x60"}, "!" + refusal},
		{"anvil_setStorageAt", []any{poor, "0x0", common.Hash{}}, `true`},
		{"hardhat_setStorageAt", []any{poor, "0x0", common.Hash{1}}, "!" + refusal + "only a contract itself"},
		{"tenderly_setStorageAt", []any{poor, "0x0", common.Hash{1}}, "!" + refusal},
		{"anvil_impersonateAccount", []any{rich}, `null`},
		{"hardhat_impersonateAccount", []any{poor}, "!" + refusal + "no transaction can be sent as"},
		{"hardhat_stopImpersonatingAccount", []any{poor}, `true`},
		{"anvil_stopImpersonatingAccount", []any{poor}, `null`},
		{"anvil_autoImpersonateAccount", []any{true}, "!" + refusal},
		{"hardhat_autoImpersonateAccount", []any{false}, `true`},
		{"anvil_dealERC20", []any{poor, poor, 1}, "!" + refusal},
		{"anvil_setERC20Allowance", []any{poor, poor, poor, 1}, "!" + refusal},
		{"anvil_setNextBlockBaseFeePerGas", []any{7}, `null`},
		{"hardhat_setNextBlockBaseFeePerGas", []any{"0x77359400"}, "!" + refusal + "the base fee of the next block is 7 wei"},
		{"anvil_setMinGasPrice", []any{1}, "!" + refusal},
		{"hardhat_setPrevRandao", []any{common.Hash{1}}, "!" + refusal},
		{"anvil_setChainId", []any{chaintest.ChainID}, `null`},
		{"anvil_setChainId", []any{1}, "!" + refusal + "the chain's id is 4242 for good"},
		{"hardhat_setCoinbase", []any{stranger}, `true`},
		{"anvil_setCoinbase", []any{common.Address{}}, "!no address to pay rewards to"},
		{"evm_setBlockGasLimit", []any{"0x1c9c380"}, `true`},
		{"anvil_setBlockGasLimit", []any{1}, "!--miner.gaslimit must be from"},
		{"evm_mine", nil, `"0x0"`},
		{"eth_getBlockByNumber", []any{"latest", false}, `{"miner":"` + strings.ToLower(stranger.Hex()) + `","gasLimit":"0x392a220"}`},

		{"anvil_nodeInfo", nil, `{"hardFork":"Osaka","transactionOrder":"fees","environment":{"chainId":"0x1092","baseFee":"0x7"},"forkConfig":{"forkUrl":null}}`},
		{"hardhat_metadata", nil, `{"clientVersion":"Monolith/test","chainId":4242}`},
		{"anvil_metadata", nil, `{"clientVersion":"Monolith/test","chainId":4242}`},
		{"anvil_rollback", nil, `null`},
		{"anvil_rollback", []any{2}, `null`},
		{"anvil_rollback", []any{1_000_000}, "!there are no 1000000 blocks to drop"},
		{"anvil_reorg", []any{3, []any{}}, `null`},
		{"anvil_reorg", []any{map[string]any{"depth": 2, "tx_block_pairs": []any{}}}, `null`},
		{"anvil_reorg", []any{2, []any{[]any{"0x00", 3}}}, "!block 3 of the new branch: it has blocks 0 to 2"},
		{"anvil_reorg", []any{2, []any{[]any{"0x00", 1}}}, "!transaction: "},
		{"anvil_reorg", []any{2, []any{[]any{"0x00"}}}, "!invalid argument 1: 1 members"},
		{"evm_revert", []any{"0x2"}, `true`},
		{"evm_revert", []any{2}, `false`},
		{"anvil_revert", []any{"0x1"}, `true`},
		{"eth_blockNumber", nil, `"0x3f4"`},
		{"eth_getBalance", []any{poor, "latest"}, `"0x0"`},
		{"hardhat_reset", []any{map[string]any{"forking": map[string]any{"jsonRpcUrl": "http://x"}}}, "!" + refusal + "this chain cannot go on from another"},
		{"anvil_reset", nil, `null`},
		{"hardhat_reset", []any{map[string]any{}}, `true`},
		{"eth_blockNumber", nil, `"0x0"`},
	} {
		result, err := n.ask(test.method, test.params...)
		if want, fails := strings.CutPrefix(test.want, "!"); fails {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s %v: error %v, want %s", test.method, test.params, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %v: %v", test.method, test.params, err)
			continue
		}
		if test.want == "" {
			continue
		}
		if fault := contains(result, json.RawMessage(test.want)); fault != "" {
			t.Errorf("%s %v: %s in %s", test.method, test.params, fault, result)
		}
	}
}

// TestDevReorg: a reorg is one for everybody who listens.
func TestDevReorg(t *testing.T) {
	n := newDevNode(t)
	n.send(n.tx(0, types.DynamicFeeTx{Data: common.FromHex(counterCode)}))
	counter := crypto.CreateAddress(chaintest.Address(0), 0)
	increment := n.increment(0, counter)
	n.send(increment)
	get[any](n, "evm_mine")

	ws := n.dialWS()
	heads, logs := make(chan *types.Header, 16), make(chan types.Log, 16)
	_, err := ws.EthSubscribe(t.Context(), heads, "newHeads")
	n.check(err)
	_, err = ws.EthSubscribe(t.Context(), logs, "logs", map[string]any{"address": counter})
	n.check(err)

	old := get[*types.Header](n, "eth_getBlockByNumber", "latest", false)
	get[any](n, "evm_setAutomine", false)
	request := map[string]any{"from": chaintest.Address(2), "to": stranger, "value": "0x5"}
	again := map[string]any{"from": chaintest.Address(2), "to": stranger, "value": "0x6", "gas": "0x5208"}
	raw, err := n.increment(1, counter).MarshalBinary()
	n.check(err)
	get[any](n, "anvil_reorg", 2, []any{[]any{request, 0}, []any{again, "0x0"}, []any{hexutil.Bytes(raw), 2}})
	if log := receive(t, "the removed log", logs); !log.Removed || log.TxHash != increment.Hash() {
		t.Errorf("log %+v", log)
	}
	if log := receive(t, "the new log", logs); log.Removed {
		t.Errorf("log %+v", log)
	}
	head := receive(t, "the new head", heads)
	for head.Number.Uint64() < old.Number.Uint64()+1 {
		head = receive(t, "the new head", heads)
	}
	if balance := get[string](n, "eth_getBalance", stranger, "latest"); balance != "0xb" {
		t.Errorf("the branch's transactions paid %s", balance)
	}
	if block := get[map[string]any](n, "eth_getBlockByNumber", hexutil.EncodeBig(old.Number), false); block["hash"] == old.Hash().Hex() {
		t.Error("the old block is still there")
	}
	n.await("what was dropped is pending", func() bool { return n.pool.Has(increment.Hash()) })
	wantError(t, func() error {
		_, err := n.ask("anvil_reorg", 1, []any{[]any{map[string]any{"from": stranger, "to": stranger, "gas": "0x5208"}, 0}})
		return err
	}(), codeServer, "the node does not have the key of this account")
}

// TestDevReceipts: the receipt of a transaction is there when its sender is answered.
func TestDevReceipts(t *testing.T) {
	n := newDevNode(t)
	for range 20 {
		tx := n.transfer(0)
		n.send(tx)
		if receipt := get[map[string]any](n, "eth_getTransactionReceipt", tx.Hash()); receipt["status"] != "0x1" {
			t.Fatalf("receipt %v", receipt)
		}
	}
	hash := get[common.Hash](n, "eth_sendTransaction", map[string]any{"from": chaintest.Address(1), "to": stranger})
	if receipt := get[map[string]any](n, "eth_getTransactionReceipt", hash); receipt["status"] != "0x1" {
		t.Errorf("receipt %v", receipt)
	}
	raw, err := n.transfer(0).MarshalBinary()
	n.check(err)
	if receipt := get[map[string]any](n, "eth_sendRawTransactionSync", hexutil.Bytes(raw)); receipt["status"] != "0x1" {
		t.Errorf("receipt %v", receipt)
	}
}

// TestNoDev: elsewhere there are no such methods.
func TestNoDev(t *testing.T) {
	n := newNode(t)
	for _, method := range []string{"evm_mine", "anvil_reorg", "hardhat_setBalance", "tenderly_setBalance"} {
		_, err := n.ask(method)
		wantError(t, err, -32601, "the method "+method+" does not exist/is not available")
	}
	if _, err := New(n.config(func(cfg *Config) { cfg.API = []string{"eth", "evm"} })); err == nil ||
		!strings.Contains(err.Error(), "--http.api evm: only development chains (--dev) have that namespace") {
		t.Errorf("%v", err)
	}
}

func TestQuantity(t *testing.T) {
	for text, want := range map[string]string{
		`0`: "0", `"0x0"`: "0", `"0x00ff"`: "255", `17`: "17", `"17"`: "17", `1e3`: "1000", `1.5e1`: "15", `1e+21`: "1000000000000000000000",
		`"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"`:  "115792089237316195423570985008687907853269984665640564039457584007913129639935",
		`"0x10000000000000000000000000000000000000000000000000000000000000000"`: "", `-1`: "", `"-1"`: "", `"0x-1"`: "", `1.5`: "", `"ten"`: "", `""`: "", `"0x"`: "",
		`1e999999999`: "", `1e-999999999`: "", `true`: "", `{}`: "", `[]`: "",
	} {
		var q quantity
		err := json.Unmarshal([]byte(text), &q)
		if have := q.String(); err == nil && have != want || err != nil && want != "" {
			t.Errorf("%s is %s, %v, want %s", text, have, err, want)
		}
	}
}

func FuzzDevArguments(f *testing.F) {
	for _, text := range []string{
		`1`, `"0x1"`, `1e21`, `[1,2]`, `{"timestamp":1,"blocks":"2"}`, `{"depth":3,"tx_block_pairs":[["0x00",1]]}`,
		`[{"from":"0x7000000000000000000000000000000000000007"},1]`, `"0x7000000000000000000000000000000000000007"`, `null`, `""`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, argument := range []any{new(mineOptions), new(intervalOption), new(reorgOptions), new(reorgTx), new(addressList), new(resetOptions)} {
			_ = json.Unmarshal(text, argument)
		}
		var q quantity
		if json.Unmarshal(text, &q) == nil && (q.Sign() < 0 || q.BitLen() > 256) {
			t.Errorf("%s is %v", text, &q.Int)
		}
	})
}
