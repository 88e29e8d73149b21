package rpc

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// object is a JSON object of a request.
type object = map[string]any

// simulate is the first parameter of eth_simulateV1.
func simulate(blocks ...object) object { return object{"blockStateCalls": blocks} }

// with returns the object with one member more, or another.
func with(o object, key string, value any) object {
	out := maps.Clone(o)
	out[key] = value
	return out
}

// callExchanges are requests for what executes without being mined, and for what is
// told of the chain's rules and history.
func (s *scene) callExchanges() []exchange {
	var (
		account  = chaintest.Address(0)
		pay      = object{"from": account, "to": stranger, "value": "0x5"}
		count    = object{"to": s.counter, "input": selector("count()")}
		refuse   = object{"to": s.counter, "input": selector("refuse()")}
		calls    = func(calls ...object) object { return object{"calls": calls} }
		block    = func(key string, value any) object { return object{"blockOverrides": object{key: value}} }
		override = func(address common.Address, key string, value any) object {
			return object{"stateOverrides": map[common.Address]object{address: {key: value}}}
		}
		strict   = func(call object) object { return with(simulate(calls(call)), "validation", true) }
		word     = func(n int64) string { return fmt.Sprintf("%q", common.BigToHash(big.NewInt(n)).Hex()) }
		moved    = common.HexToAddress("0x1234")
		identity = common.BytesToAddress([]byte{4})
		many     = func(n int) []object { return make([]object, n) }
	)
	return []exchange{
		ok("eth_simulateV1", `[{"number":"0x3","parentHash":"`+s.logged.Hash().Hex()+`","baseFeePerGas":"0x0","withdrawals":[],"extraData":"0x"}]`, simulate(calls(pay))),
		ok("eth_simulateV1", `[{"calls":[{"status":"0x1","returnData":"0x","gasUsed":"0x5208","maxUsedGas":"0x5208","logs":[]}]}]`, simulate(calls(pay)), "latest"),
		ok("eth_simulateV1", `[{"number":"0x2","calls":[{"returnData":`+word(0)+`}]}]`, simulate(calls(count)), "0x1"),
		ok("eth_simulateV1", `[{"calls":[{"returnData":`+word(7)+`}]}]`, simulate(with(calls(count), "stateOverrides", object{s.counter.Hex(): object{"stateDiff": object{common.Hash{}.Hex(): common.BigToHash(big.NewInt(7))}}}))),
		ok("eth_simulateV1", `[{"calls":[{"status":"0x0","error":{"code":3,"message":"execution reverted: no luck"}}]}]`, simulate(calls(refuse))),
		ok("eth_simulateV1", `[{"number":"0x3"},{"number":"0x4","timestamp":"0x`+fmt.Sprintf("%x", s.logged.Time()+24)+`"},{"number":"0x5"}]`, simulate(object{}, block("number", "0x5"))),
		ok("eth_simulateV1", `[{"gasLimit":"0xf4240","miner":"0x7000000000000000000000000000000000000007","mixHash":`+word(9)+`}]`, simulate(object{"blockOverrides": object{"gasLimit": "0xf4240", "feeRecipient": stranger, "prevRandao": common.BigToHash(big.NewInt(9))}})),
		ok("eth_simulateV1", `[{"transactions":[{"from":"`+lower(account)+`","type":"0x2","nonce":"0x1","r":"0x0"}]}]`, with(simulate(calls(pay)), "returnFullTransactions", true)),
		ok("eth_simulateV1", `[{"transactions":[{"type":"0x0"},{"type":"0x1"},{"type":"0x4"}]}]`, with(simulate(calls(
			with(pay, "gasPrice", "0x0"),
			with(with(pay, "gasPrice", "0x0"), "accessList", []any{}),
			with(pay, "authorizationList", []types.SetCodeAuthorization{s.authorization()}),
		)), "returnFullTransactions", true)),
		ok("eth_simulateV1", `[{"calls":[{"status":"0x1","logs":[{"address":"0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","data":`+word(5)+`,"logIndex":"0x0"}]}]}]`, with(simulate(calls(pay)), "traceTransfers", true)),
		ok("eth_simulateV1", `[{"calls":[{"returnData":"0x0102"},{"returnData":"0x"}]}]`, simulate(with(calls(
			object{"to": moved, "input": "0x0102"}, object{"to": identity, "input": "0x0102"},
		), "stateOverrides", object{identity.Hex(): object{"movePrecompileToAddress": moved}}))),

		bad(codeInvalidParams, "empty input", "eth_simulateV1", simulate()),
		bad(codeInvalidParams, "missing value for required argument 0", "eth_simulateV1"),
		bad(codeInvalidParams, `invalid argument 0: unknown field "blobFee" in block override`, "eth_simulateV1", simulate(block("blobFee", "0x1"))),
		bad(codeInvalidParams, `invalid argument 0: unknown field "storage" in state override for 0x7000000000000000000000000000000000000007`, "eth_simulateV1", simulate(override(stranger, "storage", object{}))),
		bad(codeInvalidParams, "block 3: difficulty override is not allowed after the merge", "eth_simulateV1", simulate(block("difficulty", "0x1"))),
		bad(codeServer, "header not found", "eth_simulateV1", simulate(object{}), "0x99"),
		bad(codeServer, "both gasPrice and", "eth_simulateV1", simulate(calls(object{"gasPrice": "0x1", "maxFeePerGas": "0x1"}))),
		bad(codeServer, "account "+stranger.Hex()+" is not a precompile", "eth_simulateV1", simulate(override(stranger, "movePrecompileToAddress", moved))),
		bad(codeNonceTooLow, "err: nonce too low: address "+account.Hex()+", tx: 0 state: 1", "eth_simulateV1", strict(with(with(pay, "nonce", "0x0"), "maxFeePerGas", "0x174876e800"))),
		bad(codeNonceTooHigh, "err: nonce too high", "eth_simulateV1", strict(with(with(pay, "nonce", "0x9"), "maxFeePerGas", "0x174876e800"))),
		bad(codeBaseFeeTooLow, "err: max fee per gas less than block base fee", "eth_simulateV1", strict(pay)),
		bad(codeInvalidParams, "err: max priority fee per gas higher than max fee per gas", "eth_simulateV1", strict(with(with(pay, "maxPriorityFeePerGas", "0x2"), "maxFeePerGas", "0x1"))),
		bad(codeIntrinsicGas, "err: intrinsic gas too low", "eth_simulateV1", simulate(calls(with(pay, "gas", "0x5207")))),
		bad(codeInsufficientFunds, "err: insufficient funds for gas * price + value", "eth_simulateV1", simulate(calls(with(pay, "from", stranger)))),
		bad(codeBlockGas, "block gas limit reached: remaining: 21000, required: 21001", "eth_simulateV1", simulate(with(calls(with(pay, "gas", "0x5209")), "blockOverrides", object{"gasLimit": "0x5208"}))),
		bad(codeBlockNumber, "block numbers must be in order: 2 <= 2", "eth_simulateV1", simulate(block("number", "0x2"))),
		bad(codeBlockTime, "block timestamps must be in order: 5 <= ", "eth_simulateV1", simulate(block("time", "0x5"))),
		bad(codeInitCodeSize, "err: max initcode size exceeded", "eth_simulateV1", simulate(calls(object{"from": account, "input": hexutil.Bytes(make([]byte, params.MaxInitCodeSize+1))}))),
		bad(codeClientLimit, "too many blocks", "eth_simulateV1", simulate(many(257)...)),
		bad(codeClientLimit, "too many blocks", "eth_simulateV1", simulate(block("number", "0x103"))),
		bad(codeClientLimit, "too many calls in block: 5001 > 5000", "eth_simulateV1", simulate(calls(many(5001)...))),
		bad(codeClientLimit, "too many calls: 12000 > 10000", "eth_simulateV1", simulate(calls(many(4000)...), calls(many(4000)...), calls(many(4000)...))),

		bad(codeServer, "parentHash is not current head", "testing_buildBlockV1", s.deploy.Hash(), s.attributes(), nil, nil),
		bad(codeServer, "invalid timestamp, parent ", "testing_buildBlockV1", s.logged.Hash(), with(s.attributes(), "timestamp", "0x1"), nil, nil),
		bad(codeInvalidParams, "parentBeaconBlockRoot is missing", "testing_buildBlockV1", s.logged.Hash(), with(s.attributes(), "parentBeaconBlockRoot", nil), nil, nil),
		bad(codeServer, "blocks of this chain need a proof of work", "testing_buildBlockV1", s.logged.Hash(), s.attributes(), nil, nil),

		ok("eth_config", `{"current":{"activationTime":0,"chainId":"0x1092","systemContracts":{"BEACON_ROOTS_ADDRESS":"0x000f3df6d732807ef1319fb7b8bb8522d0beac02"},"precompiles":{"P256VERIFY":"0x0000000000000000000000000000000000000100"}},"next":null,"last":null}`),
		ok("eth_capabilities", `{"head":{"number":"0x2","hash":"`+s.logged.Hash().Hex()+`"},"state":{"disabled":false,"oldestBlock":"0x0"},"stateproofs":{"oldestBlock":"0x0"},"logs":{"oldestBlock":"0x0"}}`),
		ok("eth_pendingTransactions", `[]`),
		bad(codeServer, "missing transaction nonce in transaction spec", "eth_resend", pay),
		bad(codeServer, "unknown account", "eth_resend", with(pay, "nonce", "0x1")),
		ok("eth_protocolVersion", `"0x1"`),
		ok("eth_getBlockAccessList", `null`, "latest"),
		ok("eth_getBlockAccessList", `null`, "0x99"),
		ok("eth_getAccount", `{"balance":"0x0","nonce":"0x1"}`, s.counter, "latest"),
		ok("eth_getAccount", `{"balance":"0x0","nonce":"0x0","codeHash":"`+types.EmptyCodeHash.Hex()+`","storageRoot":"`+types.EmptyRootHash.Hex()+`"}`, stranger),
		ok("eth_getTransactionBySenderAndNonce", `{"hash":"`+s.tx.Hash().Hex()+`","blockNumber":"0x2"}`, chaintest.Address(1), "0x0"),
		ok("eth_getTransactionBySenderAndNonce", `{"hash":"`+s.waiting.Hash().Hex()+`","blockNumber":null}`, chaintest.Address(2), "0x0"),
		ok("eth_getTransactionBySenderAndNonce", `null`, chaintest.Address(1), "0x1"),
		bad(codeServer, "nonce too low", "eth_sendRawTransactionSync", s.rawTx()),
		bad(codeInvalidParams, "invalid argument 0", "eth_sendRawTransactionSync", "raw"),
	}
}

// authorization lets an account run the counter's code (EIP-7702).
func (s *scene) authorization() types.SetCodeAuthorization {
	auth, err := types.SignSetCode(chaintest.Key(3), types.SetCodeAuthorization{Address: s.counter})
	s.check(err)
	return auth
}

func (s *scene) rawTx() string {
	raw, err := s.tx.MarshalBinary()
	s.check(err)
	return hexutil.Encode(raw)
}

// simulated is a block of eth_simulateV1's answer.
type simulated struct {
	Hash       common.Hash    `json:"hash"`
	ParentHash common.Hash    `json:"parentHash"`
	Number     hexutil.Uint64 `json:"number"`
	BaseFee    *hexutil.Big   `json:"baseFeePerGas"`
	GasUsed    hexutil.Uint64 `json:"gasUsed"`
	Calls      []struct {
		ReturnData hexutil.Bytes  `json:"returnData"`
		GasUsed    hexutil.Uint64 `json:"gasUsed"`
		Status     hexutil.Uint64 `json:"status"`
		Logs       []types.Log    `json:"logs"`
		Error      *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Data    string `json:"data"`
		} `json:"error"`
	} `json:"calls"`
}

func TestSimulateBuildsOnItself(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	head := n.head()
	var (
		account   = chaintest.Address(0)
		increment = object{"from": account, "to": counter, "input": selector("increment()"), "maxFeePerGas": "0x174876e800"}
		count     = object{"from": account, "to": counter, "input": selector("count()"), "maxFeePerGas": "0x174876e800"}
	)
	blocks := get[[]simulated](n, "eth_simulateV1", with(simulate(
		object{"calls": []object{increment, increment}},
		object{"blockOverrides": object{"number": hexutil.Uint64(head.NumberU64() + 4)}, "calls": []object{count, increment}},
	), "validation", true))
	if len(blocks) != 4 {
		t.Fatalf("%d blocks, want two, and two between them", len(blocks))
	}
	parent := head.Hash()
	for i, block := range blocks {
		if block.ParentHash != parent || uint64(block.Number) != head.NumberU64()+1+uint64(i) {
			t.Errorf("block %d: number %d on %x, want on %x", i, block.Number, block.ParentHash, parent)
		}
		if block.BaseFee.ToInt().Sign() == 0 {
			t.Errorf("block %d has no base fee although it is validated", i)
		}
		parent = block.Hash
	}
	first, last := blocks[0], blocks[3]
	if got := first.Calls[0].GasUsed + first.Calls[1].GasUsed; got != first.GasUsed {
		t.Errorf("block used %d, its calls %d", first.GasUsed, got)
	}
	if log := first.Calls[1].Logs[0]; log.BlockHash != first.Hash || log.Index != 1 || log.TxIndex != 1 {
		t.Errorf("second log is %+v", log)
	}
	if got := new(big.Int).SetBytes(last.Calls[0].ReturnData); got.Int64() != 2 {
		t.Errorf("count is %d, want 2", got)
	}
	if n.chain.CurrentBlock().Hash() != head.Hash() {
		t.Error("the chain has moved")
	}
}

func TestSimulateFailuresAreResults(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.GasCap = 100_000 })
	counter := n.deploy()
	blocks := get[[]simulated](n, "eth_simulateV1", simulate(object{"calls": []object{
		{"to": counter, "input": selector("refuse()"), "gas": "0xc350"},
		// JUMPDEST PUSH0 JUMP: until the gas is used up, of which the node gives less than is asked for
		{"to": stranger, "gas": "0x30d40"},
	}, "stateOverrides": object{stranger.Hex(): object{"code": "0x5b5f56"}}}))
	refused, looped := blocks[0].Calls[0], blocks[0].Calls[1]
	if refused.Status != 0 || refused.Error == nil || refused.Error.Code != codeReverted || refused.Error.Message != "execution reverted: no luck" || refused.Error.Data == "" {
		t.Errorf("revert: %+v %+v", refused, refused.Error)
	}
	if looped.Status != 0 || looped.Error == nil || looped.Error.Code != codeVM || !strings.HasSuffix(looped.Error.Message, "(gas limit was capped by the RPC server's global gas cap)") {
		t.Errorf("loop: %+v %+v", looped, looped.Error)
	}
}

func TestSimulateTimeout(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.GasCap, cfg.Limits.EVMTimeout = 0, 1 })
	_, err := n.ask("eth_simulateV1", simulate(object{"calls": []object{{"to": stranger}}}))
	wantError(t, err, codeServer, "execution aborted (timeout = 1ns) (see --rpc.evmtimeout)")
}

// What a failed inner call transfers is no log and uses up no index.
func TestSimulateTransfersInside(t *testing.T) {
	n := newNode(t)
	var (
		payer   = common.HexToAddress("0xa1")
		refuser = common.HexToAddress("0xa2")
		taker   = common.HexToAddress("0xa3")
		// CALL(gas, address, 1 wei): PUSH0 x4, PUSH1 1, PUSH1 address, GAS, CALL, POP
		call = func(to byte) string { return "5f5f5f5f600160" + hexutil.Encode([]byte{to})[2:] + "5af150" }
	)
	blocks := get[[]simulated](n, "eth_simulateV1", with(simulate(object{
		"stateOverrides": object{
			payer.Hex():   object{"code": "0x" + call(0xa2) + call(0xa3)},
			refuser.Hex(): object{"code": "0x" + call(0xa3) + "5f5ffd"},
		},
		"calls": []object{{"from": chaintest.Address(0), "to": payer, "value": "0x5"}},
	}), "traceTransfers", true))
	logs := blocks[0].Calls[0].Logs
	if len(logs) != 2 || logs[1].Index != 1 || logs[1].Topics[2] != common.BytesToHash(taker[:]) {
		t.Errorf("logs are %+v", logs)
	}
}

// FuzzSimulateOptions: whatever is asked for is refused or makes a line of at most 256
// blocks, each the next of the one before.
func FuzzSimulateOptions(f *testing.F) {
	for _, seed := range []string{
		`{"blockStateCalls":[{}]}`,
		`{"blockStateCalls":[{"blockOverrides":{"number":"0x20","time":"0x200"},"calls":[{"to":null}]},null]}`,
		`{"blockStateCalls":[{"stateOverrides":{"0x7000000000000000000000000000000000000007":{"code":"0x00","state":{}}}}],"validation":true}`,
		`{"blockStateCalls":[{"blockOverrides":{"time":"0xffffffffffffffff"}},{}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var options simulateOptions
		if json.Unmarshal(input, &options) != nil || options.check() != nil {
			return
		}
		base := &types.Header{Number: big.NewInt(16), Time: 100}
		line, err := lineUp(options.BlockStateCalls, base)
		if err != nil {
			return
		}
		if len(line) > maxSimulateBlocks {
			t.Fatalf("%d blocks", len(line))
		}
		for i, block := range line {
			if got := block.Block.Number.ToInt().Uint64(); got != 17+uint64(i) {
				t.Fatalf("block %d has number %d", i, got)
			}
		}
	})
}
