package rpc

import (
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func (s *stage) callCases() []testCase {
	account := chaintest.Address(9)
	counter := func(function string, args ...*big.Int) object { return to(s.counter, selector(function, args...)) }
	nine, zero := big.NewInt(9), new(big.Int)
	return []testCase{
		record("eth_call", "latest", "reads a contract at the head", counter("count()"), "latest"),
		record("eth_call", "old-block", "reads a contract in the middle of the chain", counter("count()"), setCodeBlock),
		record("eth_call", "before-deployment", "there is no contract yet", counter("count()"), "earliest"),
		record("eth_call", "by-hash", "at a block by its hash (EIP-1898)", counter("count()"), object{"blockHash": s.blocks[5].Hash()}),
		record("eth_call", "input", "input is the newer name of data", object{"to": s.counter, "input": selector("count()")}, "latest"),
		record("eth_call", "delegated", "an account runs the code it has delegated to (EIP-7702)", to(s.delegated(), selector("count()")), "latest"),
		record("eth_call", "environment", "what a call sees of the block", counter("here()"), logsBlock),
		record("eth_call", "creation", "without a recipient the data is init code, and the code comes back", object{"data": loggerCode}, "latest"),
		record("eth_call", "state-override", "another count", counter("count()"), "latest",
			object{s.counter.Hex(): object{"stateDiff": object{common.Hash{}.Hex(): common.BigToHash(nine)}}}),
		record("eth_call", "code-override", "code where there is none", to(stranger, nil), "latest",
			object{stranger.Hex(): object{"code": "0x602a60005260206000f3"}}),
		record("eth_call", "block-override", "another block", counter("here()"), "latest", nil, object{"number": "0x64", "time": "0x77", "feeRecipient": stranger, "baseFeePerGas": "0x9"}),
		record("eth_call", "both-overrides", "all storage and single slots at once make no sense", counter("count()"), "latest",
			object{s.counter.Hex(): object{"state": object{}, "stateDiff": object{}}}),
		record("eth_call", "revert-reason", "a revert with a text, Error(string)", counter("refuse()"), "latest"),
		record("eth_call", "revert-panic", "a revert by the compiler, Panic(uint256)", counter("divide(uint256)", zero), "latest"),
		record("eth_call", "revert-custom", "a revert with an error of the contract's own", counter("atLeast(uint256)", big.NewInt(99)), "latest"),
		record("eth_call", "invalid-opcode", "code that is none", object{"data": "0xfe"}, "latest"),
		record("eth_call", "out-of-gas", "less gas than the call needs", object{"to": s.counter, "data": selector("increment()"), "gas": "0x5400"}, "latest"),
		record("eth_call", "intrinsic-gas", "less gas than any transaction needs", object{"to": s.counter, "gas": "0x5207"}, "latest"),
		record("eth_call", "no-funds", "more than the sender has", object{"from": common.Address{19: 9}, "to": account, "value": "0x1"}, "latest"),
		record("eth_call", "unknown-block", "an unknown block is an error", counter("count()"), noBlock),
		record("eth_call", "two-prices", "a price of the old kind and one of the new", object{"to": account, "gasPrice": "0x1", "maxFeePerGas": "0x1"}, "latest"),
		record("eth_call", "other-chain", "a transaction for another chain", object{"to": account, "chainId": "0x1"}, "latest"),
		record("eth_call", "no-address", "a recipient has 20 bytes", object{"to": "nobody"}, "latest"),
		record("eth_call", "missing-parameter", "there is nothing to call"),

		record("eth_estimateGas", "transfer", "a transfer", object{"from": account, "to": stranger, "value": "0x1"}),
		record("eth_estimateGas", "contract", "a call of a contract", object{"from": account, "to": s.counter, "data": selector("increment()")}, "latest"),
		record("eth_estimateGas", "creation", "a contract's creation", object{"from": account, "data": loggerCode}, "latest"),
		record("eth_estimateGas", "old-block", "the slot is empty there", object{"from": account, "to": s.counter, "data": selector("increment()")}, deployBlock),
		record("eth_estimateGas", "access-list", "a call with an access list", object{"from": account, "to": s.counter, "data": selector("increment()"), "accessList": []any{object{"address": s.counter, "storageKeys": []any{common.Hash{}}}}}),
		record("eth_estimateGas", "state-override", "an account that is rich for once", object{"from": common.Address{19: 9}, "to": stranger, "value": "0x1"}, "latest", object{common.Address{19: 9}.Hex(): object{"balance": "0xde0b6b3a7640000"}}),
		record("eth_estimateGas", "revert", "a call that reverts", counter("refuse()")),
		record("eth_estimateGas", "no-funds", "more than the sender has", object{"from": common.Address{19: 9}, "to": account, "value": "0x1", "gasPrice": "0x3b9aca00"}),
		record("eth_estimateGas", "allowance", "more gas than is allowed", object{"from": account, "to": s.counter, "data": selector("increment()"), "gas": "0x53fc"}),

		record("eth_createAccessList", "contract", "a call that touches a slot", object{"from": account, "to": s.counter, "data": selector("increment()"), "maxFeePerGas": "0x174876e800"}, "latest"),
		record("eth_createAccessList", "transfer", "a transfer needs none", object{"from": account, "to": stranger, "value": "0x1"}, "latest"),
		record("eth_createAccessList", "forwarded", "a call of a contract by another", object{"from": account, "to": s.forwarder, "data": hexutil.Bytes(s.forward(selector("increment()")))}, "latest"),
		record("eth_createAccessList", "revert", "a call that reverts has a list too", object{"from": account, "to": s.counter, "data": selector("refuse()")}, "latest"),
		record("eth_createAccessList", "two-prices", "a price of the old kind and one of the new", object{"to": account, "gasPrice": "0x1", "maxFeePerGas": "0x1"}),

		record("eth_fillTransaction", "transfer", "nonce, gas and fees are filled in", object{"from": account, "to": stranger, "value": "0x1"}),
		record("eth_fillTransaction", "legacy", "a price of the old kind makes a transaction of the old kind", object{"from": account, "to": stranger, "gasPrice": "0x174876e800"}),
		record("eth_fillTransaction", "contract", "a call of a contract", object{"from": account, "to": s.counter, "data": selector("increment()")}),
		record("eth_fillTransaction", "empty-creation", "a contract has code", object{"from": account}),
		record("eth_fillTransaction", "blob", "there are no blobs here", object{"from": account, "to": stranger, "blobVersionedHashes": []string{unknownHash}}),
		record("eth_fillTransaction", "two-inputs", "data and input are not the same", object{"from": account, "to": stranger, "data": "0x01", "input": "0x02"}),
	}
}

func (s *stage) simulateCases() []testCase {
	account, poor := chaintest.Address(9), common.Address{19: 9}
	transfer := object{"from": account, "to": stranger, "value": "0x1"}
	one := func(validation bool, calls ...object) object {
		return object{"blockStateCalls": []object{{"calls": calls}}, "validation": validation}
	}
	over := func(overrides object, calls ...object) object {
		return object{"blockOverrides": overrides, "calls": calls}
	}
	blocks := func(blocks ...object) object { return object{"blockStateCalls": blocks} }
	priced := func(nonce string) object {
		return object{"from": account, "to": stranger, "nonce": nonce, "maxFeePerGas": "0x174876e800", "gas": "0x5208"}
	}
	simulate := func(name, comment string, params ...any) testCase {
		return record("eth_simulateV1", name, comment, params...)
	}
	return []testCase{
		simulate("transfer", "a transfer, and the log of it", object{"blockStateCalls": []object{{"calls": []object{transfer}}}, "traceTransfers": true}, "latest"),
		simulate("two-blocks", "what one block does is there for the next", blocks(
			over(object{}, object{"from": account, "to": s.counter, "data": selector("increment()")}), over(object{}, to(s.counter, selector("count()")))), "latest"),
		simulate("full-transactions", "transactions in full", object{"blockStateCalls": []object{{"calls": []object{transfer}}}, "returnFullTransactions": true}, "latest"),
		simulate("overrides", "state and block are overridden", object{"blockStateCalls": []object{{
			"blockOverrides": object{"number": "0x20", "feeRecipient": stranger},
			"stateOverrides": object{poor.Hex(): object{"balance": "0xde0b6b3a7640000"}},
			"calls":          []object{{"from": poor, "to": stranger, "value": "0x1"}, to(s.counter, selector("here()"))},
		}}}, "latest"),
		simulate("revert", "a call that reverts is a result", one(false, to(s.counter, selector("refuse()"))), "latest"),
		simulate("invalid-opcode", "a call that fails is a result", one(false, object{"from": account, "data": "0xfe"}), "latest"),
		simulate("validation", "with validation a transaction needs what a real one needs", one(true, priced("0x0")), "latest"),
		simulate("old-block", "on a block in the middle of the chain", one(false, to(s.counter, selector("count()"))), setCodeBlock),
		simulate("unknown-block", "an unknown block is an error", one(false, transfer), noBlock),
		simulate("unknown-override", "an override that does not exist", blocks(over(object{"weather": "0x1"}, transfer)), "latest"),
		simulate("nonce-too-low", "a nonce that was used", one(true, object{"from": chaintest.Address(1), "to": stranger, "nonce": "0x0", "maxFeePerGas": "0x174876e800"}), "latest"),
		simulate("nonce-too-high", "a nonce that is not the next", one(true, priced("0x9")), "latest"),
		simulate("base-fee-too-low", "a fee below the base fee", one(true, object{"from": account, "to": stranger, "maxFeePerGas": "0x1"}), "latest"),
		simulate("intrinsic-gas", "less gas than any transaction needs", one(true, object{"from": account, "to": stranger, "gas": "0x5207", "maxFeePerGas": "0x174876e800"}), "latest"),
		simulate("no-funds", "more than the sender has", one(false, object{"from": poor, "to": stranger, "value": "0x1"}), "latest"),
		simulate("block-gas", "more gas than the block has", blocks(over(object{"gasLimit": "0x5208"}, object{"from": account, "to": stranger, "gas": "0x5209"})), "latest"),
		simulate("block-number", "a block's number is higher than its parent's", blocks(over(object{"number": "0x20"}), over(object{"number": "0x1f"})), "latest"),
		simulate("block-time", "a block's time is later than its parent's", blocks(over(object{"time": "0x1"}, transfer)), "latest"),
		simulate("sender-has-code", "a contract may be the sender, with validation too", object{"validation": true, "blockStateCalls": []object{{
			"stateOverrides": object{s.counter.Hex(): object{"balance": "0xde0b6b3a7640000"}},
			"calls":          []object{{"from": s.counter, "to": stranger, "maxFeePerGas": "0x174876e800", "gas": "0x5208"}},
		}}}, "latest"),
		simulate("init-code-size", "init code has at most 49152 bytes (EIP-3860)", one(true, object{"from": account, "data": "0x" + strings.Repeat("00", 49153), "maxFeePerGas": "0x174876e800"}), "latest"),
		simulate("too-many-blocks", "more blocks than may be asked for", blocks(over(object{"number": "0x1000"})), "latest"),
	}
}

func (s *stage) feeCases() []testCase {
	return []testCase{
		record("eth_gasPrice", "price", "base fee and tip"),
		record("eth_maxPriorityFeePerGas", "tip", "what recent transactions have paid, but no less than a gwei"),
		record("eth_baseFee", "next", "the next block's base fee"),
		record("eth_blobBaseFee", "least", "a chain without blobs has the least there is"),
		record("eth_feeHistory", "tips", "three blocks with their tips", "0x3", logsBlock, []float64{0, 50, 100}),
		record("eth_feeHistory", "no-tips", "blocks up to the head", "0x4", "latest", []float64{}),
		record("eth_feeHistory", "beyond-genesis", "no more blocks than there are", "0x64", "0x2", []float64{50}),
		record("eth_feeHistory", "decimal", "a count that is a number", 2, logsBlock, nil),
		record("eth_feeHistory", "none", "no blocks", "0x0", "latest", []float64{}),
		record("eth_feeHistory", "beyond-head", "blocks that do not exist", "0x2", noBlock, []float64{}),
		record("eth_feeHistory", "percentile", "there are 100 hundredths", "0x2", "latest", []float64{101}),
		record("eth_feeHistory", "unsorted", "percentiles go up", "0x2", "latest", []float64{50, 10}),
	}
}

func (s *stage) logCases() []testCase {
	topic := func(n int64) common.Hash { return common.BigToHash(big.NewInt(n)) }
	all := object{"fromBlock": "earliest", "toBlock": "latest"}
	with := func(members object) object {
		for key, value := range all {
			if _, set := members[key]; !set {
				members[key] = value
			}
		}
		return members
	}
	return []testCase{
		record("eth_getLogs", "all", "all logs of the chain", all),
		record("eth_getLogs", "address", "logs of a contract", with(object{"address": s.logger})),
		record("eth_getLogs", "addresses", "logs of two contracts", with(object{"address": []common.Address{s.logger, s.delegated()}})),
		record("eth_getLogs", "topic", "logs with a first topic", with(object{"topics": []any{topic(1)}})),
		record("eth_getLogs", "second-topic", "logs with any first and a given second topic", with(object{"topics": []any{nil, topic(2)}})),
		record("eth_getLogs", "alternatives", "logs with one of two topics", with(object{"topics": []any{[]any{topic(1), topic(9)}, nil, topic(3)}})),
		record("eth_getLogs", "range", "logs of a few blocks", object{"fromBlock": logsBlock, "toBlock": "0xa"}),
		record("eth_getLogs", "block-hash", "logs of a block by its hash (EIP-234)", object{"blockHash": s.blocks[9].Hash()}),
		record("eth_getLogs", "none", "a contract that logs nothing", with(object{"address": s.forwarder})),
		record("eth_getLogs", "unknown-block", "a block that does not exist", object{"blockHash": unknownHash}),
		record("eth_getLogs", "reversed", "a range that ends before it begins", object{"fromBlock": "0x9", "toBlock": "0x8"}),
		record("eth_getLogs", "hash-and-range", "a block and a range at once", object{"blockHash": unknownHash, "fromBlock": "0x1"}),
		record("eth_getLogs", "five-topics", "a log has at most four topics", with(object{"topics": []any{nil, nil, nil, nil, topic(1)}})),
		record("eth_getLogs", "no-address", "an address has 20 bytes", with(object{"address": "0x12"})),
		record("eth_getLogs", "beyond-head", "blocks that do not exist yet", object{"fromBlock": noBlock, "toBlock": noBlock}),
	}
}

func (s *stage) filterCases() []testCase {
	const why = "filters have random names"
	all := object{"fromBlock": "earliest", "toBlock": "latest", "address": s.logger}
	return []testCase{
		record("eth_newFilter", "logs", "a filter of logs", all).inShape(why),
		record("eth_newFilter", "reversed", "a range that ends before it begins", object{"fromBlock": "0x9", "toBlock": "0x8"}),
		record("eth_newBlockFilter", "blocks", "a filter of blocks").inShape(why),
		record("eth_newPendingTransactionFilter", "hashes", "a filter of pending transactions").inShape(why),
		record("eth_newPendingTransactionFilter", "full", "a filter of pending transactions in full", true).inShape(why),
		record("eth_getFilterLogs", "logs", "all logs that a filter matches").reset().then("eth_newFilter", all).then("eth_getFilterLogs", answerTo(1)).inShape(why),
		record("eth_getFilterLogs", "not-found", "there is no such filter", "0x1"),
		record("eth_getFilterLogs", "block-filter", "a filter of blocks has no logs").reset().then("eth_newBlockFilter").then("eth_getFilterLogs", answerTo(1)).inShape(why),
		record("eth_getFilterChanges", "none", "nothing has come").reset().then("eth_newBlockFilter").then("eth_getFilterChanges", answerTo(1)).inShape(why),
		record("eth_getFilterChanges", "not-found", "there is no such filter", "0x1"),
		record("eth_uninstallFilter", "filter", "a filter is removed once").reset().then("eth_newBlockFilter").then("eth_uninstallFilter", answerTo(1)).then("eth_uninstallFilter", answerTo(1)).inShape(why),
		record("eth_uninstallFilter", "not-found", "there is no such filter", "0x1"),
	}
}
