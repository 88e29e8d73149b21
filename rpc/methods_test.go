package rpc

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// scene is a chain on which every method has something to answer.
type scene struct {
	*node
	counter common.Address
	deploy  *types.Block       // block 1
	logged  *types.Block       // block 2
	tx      *types.Transaction // its only one, which increments the counter
	waiting *types.Transaction // pending
}

func newScene(t *testing.T) *scene {
	s := &scene{node: newNode(t, withWallet(t, 9), func(cfg *Config) {
		cfg.IPCPath = filepath.Join(t.TempDir(), "ipc")
		cfg.SetLogLevel = func(logrus.Level) {}
	})}
	s.counter = s.node.deploy()
	s.deploy = s.head()
	s.tx = s.increment(1, s.counter)
	s.logged = s.mine(s.tx)
	s.waiting = s.transfer(2)
	s.send(s.waiting)
	return s
}

// exchange is a call and what it answers: JSON, of which the answer must have every
// member given here and may have more, or an error.
type exchange struct {
	method string
	params []any
	want   string
	code   int
	err    string // beginning of the text
}

func ok(method, want string, params ...any) exchange {
	return exchange{method: method, params: params, want: want}
}

func bad(code int, err, method string, params ...any) exchange {
	return exchange{method: method, params: params, code: code, err: err}
}

const unknownHash = "0x00000000000000000000000000000000000000000000000000000000deadbeef"

// exchanges are requests good and bad for every method that answers at once.
func (s *scene) exchanges() []exchange {
	var (
		account  = chaintest.Address(0)
		hash     = s.logged.Hash()
		tx       = s.tx.Hash()
		raw, _   = s.tx.MarshalBinary()
		million  = new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(params.Ether))
		at       = func(block any) map[string]any { return map[string]any{"blockHash": block} }
		call     = func(data hexutil.Bytes) map[string]any { return map[string]any{"to": s.counter, "data": data} }
		quoted   = func(v any) string { return fmt.Sprintf("%q", v) }
		word     = func(n int64) string { return quoted(common.BigToHash(big.NewInt(n)).Hex()) }
		header2  = fmt.Sprintf(`{"number":"0x2","hash":"%x","parentHash":"%x","miner":"%s","nonce":"0x0000000000000000","difficulty":"0x0"}`, hash, s.deploy.Hash(), strings.ToLower(etherbase.Hex()))
		receipt  = fmt.Sprintf(`{"blockHash":"%x","blockNumber":"0x2","transactionHash":"%x","transactionIndex":"0x0","status":"0x1","type":"0x2","contractAddress":null,"from":"%s","to":"%s","logs":[{"logIndex":"0x0","removed":false}]}`, hash, tx, lower(chaintest.Address(1)), lower(s.counter))
		mined    = fmt.Sprintf(`{"hash":"%x","blockHash":"%x","blockNumber":"0x2","transactionIndex":"0x0","from":"%s","to":"%s","type":"0x2","chainId":"0x1092","accessList":[]}`, tx, hash, lower(chaintest.Address(1)), lower(s.counter))
		overflow = "0x1" + strings.Repeat("0", 64)
	)
	header2, receipt, mined = hex0x(header2), hex0x(receipt), hex0x(mined)
	return []exchange{
		ok("web3_clientVersion", `"Monolith/test"`),
		ok("web3_sha3", `"0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad"`, "0x68656c6c6f20776f726c64"),
		bad(codeInvalidParams, "invalid argument 0", "web3_sha3", "hello"),
		bad(codeInvalidParams, "missing value for required argument 0", "web3_sha3"),
		ok("net_version", `"4242"`),
		ok("net_listening", `true`),
		ok("net_peerCount", `"0x0"`),
		ok("rpc_modules", `{"eth":"1.0","monolith":"1.0","net":"1.0","personal":"1.0","rpc":"1.0","testing":"1.0","txpool":"1.0","web3":"1.0"}`),
		ok("rpc_discover", `{"openrpc":"`+openrpcVersion+`","info":{"version":"Monolith/test"}}`),

		ok("eth_chainId", `"0x1092"`),
		ok("eth_blockNumber", `"0x2"`),
		ok("eth_syncing", `false`),
		ok("eth_accounts", `[`+quoted(lower(chaintest.Address(9)))+`]`),
		ok("eth_coinbase", quoted(lower(etherbase))),
		ok("eth_mining", `false`),
		ok("eth_hashrate", `"0x0"`),
		bad(codeServer, "mining is off: start the node with --mine", "eth_getWork"),
		bad(codeInvalidParams, "invalid argument 0", "eth_getWork", "0x12"),
		ok("eth_submitWork", `false`, "0x0123456789abcdef", unknownHash, unknownHash),
		bad(codeInvalidParams, "invalid argument 0", "eth_submitWork", "0x0", unknownHash, unknownHash),
		bad(codeInvalidParams, "missing value for required argument 2", "eth_submitWork", "0x0123456789abcdef", unknownHash),
		ok("eth_submitHashrate", `true`, "0x0", unknownHash),
		bad(codeServer, "hash rate is above 10^18 per second", "eth_submitHashrate", "0xffffffffffffffff", unknownHash),
		bad(codeInvalidParams, "invalid argument 0", "eth_submitHashrate", -1, unknownHash),

		ok("eth_gasPrice", fmt.Sprintf(`"%#x"`, new(big.Int).Add(gwei, s.logged.BaseFee()))),
		ok("eth_maxPriorityFeePerGas", `"0x3b9aca00"`),
		ok("eth_baseFee", fmt.Sprintf(`"%#x"`, s.builder.Block(s.logged, chaintest.Spec{}).BaseFee())),
		ok("eth_blobBaseFee", `"0x1"`),
		ok("eth_feeHistory", `{"oldestBlock":"0x1","reward":[["0x3b9aca00"],["0x3b9aca00"]],"baseFeePerBlobGas":["0x1","0x1","0x1"]}`, 2, "latest", []float64{50}),
		ok("eth_feeHistory", `{"oldestBlock":"0x2"}`, "0x1", "latest", nil),
		bad(codeServer, "invalid reward percentile", "eth_feeHistory", 2, "latest", []float64{101}),
		bad(codeServer, "request beyond head block", "eth_feeHistory", 2, "0x99"),

		ok("eth_getBalance", fmt.Sprintf(`"%#x"`, million), chaintest.Address(9), "latest"),
		ok("eth_getBalance", fmt.Sprintf(`"%#x"`, million), account, "earliest"),
		ok("eth_getBalance", fmt.Sprintf(`"%#x"`, million), account, "0x0"),
		ok("eth_getBalance", `"0x0"`, stranger),
		ok("eth_getBalance", `"0x1"`, stranger, "pending"),
		ok("eth_getBalance", `"0x0"`, stranger, "safe"),
		ok("eth_getBalance", `"0x0"`, stranger, "finalized"),
		ok("eth_getBalance", `"0x0"`, stranger, at(hash)),
		ok("eth_getBalance", `"0x0"`, stranger, hash),
		ok("eth_getBalance", `"0x0"`, stranger, map[string]any{"blockNumber": "0x1"}),
		bad(codeServer, "header not found", "eth_getBalance", stranger, "0x99"),
		bad(codeServer, "header for hash not found", "eth_getBalance", stranger, at(unknownHash)),
		bad(codeInvalidParams, "invalid argument 0", "eth_getBalance", "0x12", "latest"),
		bad(codeInvalidParams, "invalid argument 1", "eth_getBalance", stranger, "yesterday"),
		bad(codeInvalidParams, "too many arguments, want at most 2", "eth_getBalance", stranger, "latest", 3),
		ok("eth_getTransactionCount", `"0x1"`, chaintest.Address(1), "latest"),
		ok("eth_getTransactionCount", `"0x0"`, chaintest.Address(2), "latest"),
		ok("eth_getTransactionCount", `"0x1"`, chaintest.Address(2), "pending"),
		bad(codeServer, "header not found", "eth_getTransactionCount", stranger, "0x99"),
		ok("eth_getCode", `"0x"`, account, "latest"),
		ok("eth_getCode", `"0x"`, s.counter, "0x0"),
		ok("eth_getStorageAt", word(1), s.counter, "0x0", "latest"),
		ok("eth_getStorageAt", word(0), s.counter, "0x0", "0x1"),
		ok("eth_getStorageAt", word(1), s.counter, common.Hash{}, "latest"),
		bad(codeInvalidParams, `storage key too long (want at most 32 bytes): "`+overflow, "eth_getStorageAt", s.counter, overflow, "latest"),
		bad(codeInvalidParams, `invalid hex in storage key: "0xasdf"`, "eth_getStorageAt", s.counter, "0xasdf", "latest"),
		ok("eth_getStorageValues", `{"`+lower(s.counter)+`":[`+word(1)+`,`+word(0)+`]}`, map[common.Address][]common.Hash{s.counter: {{}, {1}}}, "latest"),
		bad(codeInvalidParams, "empty request", "eth_getStorageValues", map[string]any{}),
		bad(codeClientLimit, "too many slots", "eth_getStorageValues", map[common.Address][]common.Hash{s.counter: make([]common.Hash, 1025)}),
		ok("eth_getAccountInfo", `{"balance":"0x0","nonce":"0x0","code":"0x"}`, stranger, "latest"),
		ok("eth_getProof", `{"address":"`+lower(s.counter)+`","balance":"0x0","nonce":"0x1","storageProof":[{"key":"0x0","value":"0x1"}]}`, s.counter, []string{"0x0"}, "latest"),
		bad(codeInvalidParams, "too many storage keys requested (max 1024, got 1025)", "eth_getProof", s.counter, make([]common.Hash, 1025)),
		bad(codeInvalidParams, "invalid hex in storage key", "eth_getProof", s.counter, []string{"zz"}),

		ok("eth_getBlockByNumber", header2, "latest", false),
		ok("eth_getBlockByNumber", `{"number":"0x0","transactions":[],"uncles":[],"withdrawals":[]}`, "earliest", true),
		ok("eth_getBlockByNumber", `{"number":"0x0"}`, "safe", false),
		ok("eth_getBlockByNumber", `{"number":"0x0"}`, "finalized", false),
		ok("eth_getBlockByNumber", `{"number":"0x3","hash":null,"nonce":null,"miner":null,"transactions":["`+s.waiting.Hash().Hex()+`"]}`, "pending", false),
		ok("eth_getBlockByNumber", `{"transactions":[`+mined+`],"withdrawals":[{"index":"0x2","validatorIndex":"0x0","address":"`+lower(etherbase)+`","amount":"0x77359400"}]}`, "0x2", true),
		ok("eth_getBlockByNumber", `null`, "0x99", false),
		bad(codeInvalidParams, "missing value for required argument 1", "eth_getBlockByNumber", "latest"),
		bad(codeInvalidParams, "invalid argument 0: hex string without 0x prefix", "eth_getBlockByNumber", "2", false),
		bad(codeInvalidParams, "invalid argument 0: block number larger than int64", "eth_getBlockByNumber", "0xffffffffffffffff", false),
		ok("eth_getBlockByHash", header2, hash, false),
		ok("eth_getBlockByHash", `{"transactions":[`+mined+`]}`, hash, true),
		ok("eth_getBlockByHash", `null`, unknownHash, false),
		bad(codeInvalidParams, "invalid argument 0", "eth_getBlockByHash", "0x12", false),
		ok("eth_getHeaderByNumber", header2, "latest"),
		ok("eth_getHeaderByNumber", `null`, "pending"),
		ok("eth_getHeaderByNumber", `null`, "0x99"),
		ok("eth_getHeaderByHash", header2, hash),
		ok("eth_getHeaderByHash", `null`, unknownHash),
		ok("eth_getBlockTransactionCountByNumber", `"0x1"`, "0x2"),
		ok("eth_getBlockTransactionCountByNumber", `null`, "0x99"),
		ok("eth_getBlockTransactionCountByHash", `"0x1"`, hash),
		ok("eth_getBlockTransactionCountByHash", `null`, unknownHash),
		ok("eth_getUncleCountByBlockNumber", `"0x0"`, "latest"),
		ok("eth_getUncleCountByBlockNumber", `null`, "0x99"),
		ok("eth_getUncleCountByBlockHash", `"0x0"`, hash),
		ok("eth_getUncleCountByBlockHash", `null`, unknownHash),
		ok("eth_getUncleByBlockNumberAndIndex", `null`, "latest", "0x0"),
		ok("eth_getUncleByBlockHashAndIndex", `null`, hash, "0x0"),
		ok("eth_getBlockReceipts", `[`+receipt+`]`, "latest"),
		ok("eth_getBlockReceipts", `[`+receipt+`]`, at(hash)),
		ok("eth_getBlockReceipts", `[]`, "earliest"),
		ok("eth_getBlockReceipts", `[{"blockNumber":"0x3","status":"0x1","transactionHash":"`+s.waiting.Hash().Hex()+`"}]`, "pending"),
		ok("eth_getBlockReceipts", `null`, "0x99"),

		ok("eth_getTransactionByHash", mined, tx),
		ok("eth_getTransactionByHash", `{"hash":"`+s.waiting.Hash().Hex()+`","blockHash":null,"blockNumber":null,"transactionIndex":null,"blockTimestamp":null,"gasPrice":"0x174876e800"}`, s.waiting.Hash()),
		ok("eth_getTransactionByHash", `null`, unknownHash),
		bad(codeInvalidParams, "invalid argument 0", "eth_getTransactionByHash", "0xzz"),
		ok("eth_getTransactionReceipt", receipt, tx),
		ok("eth_getTransactionReceipt", `null`, s.waiting.Hash()),
		ok("eth_getTransactionReceipt", `null`, unknownHash),
		ok("eth_getTransactionByBlockNumberAndIndex", mined, "0x2", "0x0"),
		ok("eth_getTransactionByBlockNumberAndIndex", `null`, "0x2", "0x1"),
		ok("eth_getTransactionByBlockNumberAndIndex", `null`, "0x99", "0x0"),
		ok("eth_getTransactionByBlockHashAndIndex", mined, hash, "0x0"),
		ok("eth_getTransactionByBlockHashAndIndex", `null`, unknownHash, "0x0"),
		ok("eth_getRawTransactionByHash", quoted(hexutil.Encode(raw)), tx),
		ok("eth_getRawTransactionByHash", `null`, unknownHash),
		ok("eth_getRawTransactionByBlockNumberAndIndex", quoted(hexutil.Encode(raw)), "0x2", "0x0"),
		ok("eth_getRawTransactionByBlockNumberAndIndex", `null`, "0x2", "0x7"),
		ok("eth_getRawTransactionByBlockHashAndIndex", quoted(hexutil.Encode(raw)), hash, "0x0"),
		ok("eth_getRawTransactionByBlockHashAndIndex", `null`, unknownHash, "0x0"),

		bad(codeServer, "typed transaction too short", "eth_sendRawTransaction", "0x02"),
		bad(codeServer, "nonce too low", "eth_sendRawTransaction", hexutil.Encode(raw)),
		bad(codeInvalidParams, "invalid argument 0", "eth_sendRawTransaction", "raw"),

		ok("eth_call", word(1), call(selector("count()")), "latest"),
		ok("eth_call", word(0), call(selector("count()")), "0x1"),
		ok("eth_call", word(2), call(selector("increment()")), "pending"),
		ok("eth_call", word(1), map[string]any{"to": s.counter, "input": selector("count()")}),
		ok("eth_call", `"0x"`, map[string]any{"to": stranger, "value": "0x0"}),
		bad(codeReverted, "execution reverted: no luck", "eth_call", call(selector("refuse()")), "latest"),
		bad(codeReverted, "execution reverted", "eth_call", call(selector("atLeast(uint256)", common.Big3)), "latest"),
		bad(codeReverted, "execution reverted: division or modulo by zero", "eth_call", call(selector("divide(uint256)", common.Big0)), "latest"),
		bad(codeServer, "out of gas", "eth_call", map[string]any{"to": s.counter, "gas": "0x5400", "data": selector("increment()")}, "latest"),
		bad(codeServer, "err: intrinsic gas too low", "eth_call", map[string]any{"to": s.counter, "gas": "0x5200"}, "latest"),
		bad(codeServer, "err: insufficient funds for gas * price + value", "eth_call", map[string]any{"from": stranger, "to": s.counter, "value": "0x9"}, "latest"),
		bad(codeServer, "header not found", "eth_call", call(nil), "0x99"),
		bad(codeServer, "both gasPrice and", "eth_call", map[string]any{"gasPrice": "0x1", "maxFeePerGas": "0x1"}, "latest"),
		bad(codeServer, "chainId does not match node's (have=1, want=4242)", "eth_call", map[string]any{"to": stranger, "chainId": "0x1"}, "latest"),
		bad(codeInvalidParams, "missing value for required argument 0", "eth_call"),
		bad(codeInvalidParams, "invalid argument 0", "eth_call", map[string]any{"to": "nobody"}),
		ok("eth_estimateGas", `"0x5208"`, map[string]any{"from": account, "to": stranger, "value": "0x1"}),
		ok("eth_estimateGas", `"0x5208"`, map[string]any{"from": account, "to": stranger, "value": "0x1"}, "pending"),
		bad(codeReverted, "execution reverted: no luck", "eth_estimateGas", call(selector("refuse()"))),
		bad(codeServer, "insufficient funds for transfer", "eth_estimateGas", map[string]any{"from": stranger, "to": account, "value": "0x1", "gasPrice": "0x3b9aca00"}),
		bad(codeServer, "gas required exceeds allowance (21500)", "eth_estimateGas", map[string]any{"to": s.counter, "data": selector("increment()"), "gas": "0x53fc"}),
		ok("eth_createAccessList", `{"accessList":[]}`, call(selector("refuse()"))),
		ok("eth_createAccessList", `{"accessList":[{"address":"`+lower(s.counter)+`","storageKeys":[`+word(0)+`]}]}`, map[string]any{"from": account, "to": s.counter, "data": selector("increment()"), "maxFeePerGas": "0x174876e800"}, "latest"),
		bad(codeServer, "both gasPrice and", "eth_createAccessList", map[string]any{"gasPrice": "0x1", "maxFeePerGas": "0x1"}),
		ok("eth_fillTransaction", `{"tx":{"type":"0x2","nonce":"0x1","gas":"0x5208","maxPriorityFeePerGas":"0x3b9aca00","chainId":"0x1092"}}`, map[string]any{"from": chaintest.Address(2), "to": stranger, "value": "0x1"}),
		ok("eth_fillTransaction", `{"tx":{"type":"0x0","nonce":"0x7","gasPrice":"0x174876e800"}}`, map[string]any{"from": chaintest.Address(2), "to": stranger, "nonce": "0x7", "gasPrice": "0x174876e800"}),
		ok("eth_fillTransaction", `{"tx":{"type":"0x1"}}`, map[string]any{"from": chaintest.Address(2), "to": stranger, "gasPrice": "0x174876e800", "accessList": []any{}}),
		bad(codeServer, "contract creation without any data provided", "eth_fillTransaction", map[string]any{"from": account}),
		bad(codeServer, "blob transactions are not supported", "eth_fillTransaction", map[string]any{"from": account, "to": stranger, "blobVersionedHashes": []string{unknownHash}}),
		bad(codeServer, `both "data" and "input" are set`, "eth_fillTransaction", map[string]any{"from": account, "to": stranger, "data": "0x01", "input": "0x02"}),
		bad(codeServer, "maxFeePerGas (0x1) < maxPriorityFeePerGas (0x2)", "eth_fillTransaction", map[string]any{"from": account, "to": stranger, "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2"}),

		ok("eth_getLogs", `[{"address":"`+lower(s.counter)+`","blockHash":"`+hash.Hex()+`","blockNumber":"0x2","transactionHash":"`+tx.Hex()+`","logIndex":"0x0","data":`+word(1)+`}]`, map[string]any{"fromBlock": "earliest", "toBlock": "latest", "address": s.counter}),
		ok("eth_getLogs", `[{"blockNumber":"0x2"}]`, map[string]any{"blockHash": hash}),
		ok("eth_getLogs", `[]`, map[string]any{"fromBlock": "0x0", "toBlock": "0x1"}),
		ok("eth_getLogs", `[]`, map[string]any{"fromBlock": "0x0", "topics": []any{unknownHash}}),
		bad(codeInvalidParams, "invalid block range params", "eth_getLogs", map[string]any{"fromBlock": "0x2", "toBlock": "0x1"}),
		bad(codeInvalidParams, "block range extends beyond current head block", "eth_getLogs", map[string]any{"fromBlock": "0x2", "toBlock": "0x99"}),
		bad(codeInvalidParams, "pending logs are not supported", "eth_getLogs", map[string]any{"fromBlock": "pending"}),
		bad(codeServer, "unknown block", "eth_getLogs", map[string]any{"blockHash": unknownHash}),
		bad(codeInvalidParams, "invalid argument 0", "eth_getLogs", map[string]any{"blockHash": hash, "fromBlock": "0x1"}),
		bad(codeInvalidParams, "invalid argument 0: exceed max topics", "eth_getLogs", map[string]any{"topics": []any{nil, nil, nil, nil, nil}}),
		bad(codeServer, "filter not found", "eth_getFilterChanges", "0x99"),
		bad(codeServer, "filter not found", "eth_getFilterLogs", "0x99"),
		ok("eth_uninstallFilter", `false`, "0x99"),
		bad(codeInvalidParams, "invalid block range params", "eth_newFilter", map[string]any{"fromBlock": "0x2", "toBlock": "0x1"}),
		bad(codeInvalidParams, "invalid argument 0", "eth_newPendingTransactionFilter", "yes"),
		bad(codeInvalidParams, "too many arguments, want at most 0", "eth_newBlockFilter", 1),
		bad(-32601, "notifications not supported", "eth_subscribe", "newHeads"), // over HTTP
		bad(codeServer, "subscription not found", "eth_unsubscribe", "0x99"),

		ok("txpool_status", `{"pending":"0x1","queued":"0x0"}`),
		ok("txpool_content", `{"pending":{"`+chaintest.Address(2).Hex()+`":{"0":{"hash":"`+s.waiting.Hash().Hex()+`"}}},"queued":{}}`),
		ok("txpool_contentFrom", `{"pending":{"0":{"hash":"`+s.waiting.Hash().Hex()+`"}},"queued":{}}`, chaintest.Address(2)),
		bad(codeInvalidParams, "missing value for required argument 0", "txpool_contentFrom"),
		ok("txpool_inspect", `{"pending":{"`+chaintest.Address(2).Hex()+`":{"0":"`+stranger.Hex()+`: 1 wei + 21000 gas × 100000000000 wei"}}}`),

		bad(-32601, "the method eth_nothing does not exist/is not available", "eth_nothing"),
		bad(-32601, "the method admin_peers does not exist/is not available", "admin_peers"),
	}
}

func lower(address common.Address) string { return strings.ToLower(address.Hex()) }

// hex0x adds what %x leaves out.
func hex0x(s string) string {
	for _, key := range []string{"hash", "parentHash", "blockHash", "transactionHash"} {
		s = strings.ReplaceAll(s, `"`+key+`":"`, `"`+key+`":"0x`)
	}
	return s
}

func TestMethods(t *testing.T) {
	s := newScene(t)
	asked := make(map[string]bool)
	local := s.dial(s.rpc.cfg.IPCPath)
	operator := s.operatorExchanges()
	for i, e := range slices.Concat(operator, s.exchanges(), s.callExchanges(), s.debugExchanges(), s.listExchanges(), s.otsExchanges(), s.monolithExchanges(), s.addressExchanges(), s.accountExchanges()) {
		asked[e.method] = true
		params, err := json.Marshal(e.params)
		s.check(err)
		client := s.client
		if i < len(operator) {
			client = local
		}
		t.Run(e.method+" "+string(params), func(t *testing.T) {
			result, err := ask(t, client, e.method, e.params...)
			if e.code != 0 {
				wantError(t, err, e.code, e.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if fault := contains(result, json.RawMessage(e.want)); fault != "" {
				t.Errorf("%s\nin %s", fault, result)
			}
		})
	}
	var property string
	s.check(local.CallContext(t.Context(), &property, "debug_chaindbProperty"))
	asked["debug_chaindbProperty"] = strings.Contains(strings.ToLower(property), "compaction")
	h := newHandlers(s.rpc.cfg, s.rpc.backend, new(fees), s.rpc.filters)
	delete(h, "miner") // see TestMiner
	if want := without(publicNamespaces(), devNamespaces()); !slices.Equal(h.all(), want) {
		t.Errorf("namespaces %v, of which public are %v", h.all(), want)
	}
	for _, method := range h.methods(h.all()) {
		if !asked[method] {
			t.Errorf("%s was not asked", method)
		}
	}
}

// contains says what of the wanted JSON the other lacks: objects may have more
// members.
func contains(have, want json.RawMessage) string {
	var h, w any
	if err := json.Unmarshal(want, &w); err != nil {
		return fmt.Sprintf("the test is wrong: %v in %s", err, want)
	}
	if err := json.Unmarshal(have, &h); err != nil {
		return err.Error()
	}
	return lacks("answer", h, w)
}

func lacks(path string, have, want any) string {
	switch want := want.(type) {
	case map[string]any:
		have, _ := have.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, present := have[key]
			if !present {
				return path + " has no " + key
			}
			if fault := lacks(path+"."+key, value, want[key]); fault != "" {
				return fault
			}
		}
	case []any:
		have, isArray := have.([]any)
		if !isArray || len(have) != len(want) {
			return fmt.Sprintf("%s is %v, want %d elements", path, have, len(want))
		}
		for i := range want {
			if fault := lacks(fmt.Sprintf("%s[%d]", path, i), have[i], want[i]); fault != "" {
				return fault
			}
		}
	default:
		if have != want {
			return fmt.Sprintf("%s is %v, want %v", path, have, want)
		}
	}
	return ""
}
