package rpc

import (
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func (s *stage) debugCases() []testCase {
	block := s.blocks[8]
	encoded, err := rlp.EncodeToBytes(block)
	s.check(err)
	var cases []testCase
	add := func(c testCase) { cases = append(cases, c) }

	for _, method := range []string{"debug_getRawHeader", "debug_getRawBlock", "debug_getRawReceipts"} {
		add(record(method, "by-number", "a block by its number", failedBlock))
		add(record(method, "by-hash", "a block by its hash", block.Hash()))
		add(record(method, "genesis", "the genesis block", "earliest"))
		add(record(method, "unknown-block", "a block that does not exist", noBlock))
		add(record(method, "no-number", "what is no block", "yesterday"))
	}
	add(record("debug_getRawBlockAccessList", "before-fork", "blocks have had no access list yet (EIP-7928)", "latest"))
	add(record("debug_getRawTransaction", "mined", "a transaction of the chain", s.setCode.Hash()))
	add(record("debug_getRawTransaction", "pending", "a transaction in the pool", s.waiting.Hash()))
	add(record("debug_getRawTransaction", "not-found", "a transaction that does not exist", unknownHash))
	add(record("debug_printBlock", "block", "a block for people to read", 6))
	add(record("debug_printBlock", "unknown-block", "a block that does not exist", 4096))
	add(record("debug_getBadBlocks", "none", "no block was refused"))
	add(record("debug_intermediateRoots", "block", "the state root after each of two transactions", block.Hash()))
	add(record("debug_intermediateRoots", "unknown-block", "a block that does not exist", unknownHash))

	for tracer, config := range map[string]object{
		"callTracer": {"withLog": true}, "prestateTracer": {"diffMode": true}, "4byteTracer": nil, "flatCallTracer": nil, "noopTracer": nil,
		"muxTracer": {"callTracer": object{"onlyTopCall": true}, "4byteTracer": nil},
	} {
		options := object{"tracer": tracer}
		if config != nil {
			options["tracerConfig"] = config
		}
		add(record("debug_traceTransaction", tracer, "a call of a contract by another, traced by "+tracer, s.forwarded.Hash(), options))
	}
	calls := object{"tracer": "callTracer"}
	add(record("debug_traceTransaction", "transfer", "a transfer has no steps", s.legacy.Hash()))
	add(record("debug_traceTransaction", "steps", "each step of a call, its memory and return data too", s.forwarded.Hash(), object{"enableMemory": true, "enableReturnData": true, "limit": 20_000}))
	add(record("debug_traceTransaction", "few-members", "steps without stack and storage", s.failed.Hash(), object{"disableStack": true, "disableStorage": true}))
	add(record("debug_traceTransaction", "failed", "a transaction that reverts", s.failed.Hash(), calls))
	add(record("debug_traceTransaction", "creation", "a contract's creation", s.deployment.Hash(), calls))
	add(record("debug_traceTransaction", "not-found", "a transaction that does not exist", unknownHash))
	add(record("debug_traceTransaction", "unknown-tracer", "there is no such tracer", s.legacy.Hash(), object{"tracer": "nothingTracer"}))
	add(record("debug_traceTransaction", "timeout", "a time that is none", s.legacy.Hash(), object{"timeout": "soon"}))
	add(record("debug_traceBlockByNumber", "block", "a block with a transaction that reverts", failedBlock, calls))
	add(record("debug_traceBlockByNumber", "steps", "a block with transfers, step by step", "0x3"))
	add(record("debug_traceBlockByNumber", "genesis", "the genesis block cannot be executed", "earliest"))
	add(record("debug_traceBlockByNumber", "unknown-block", "a block that does not exist", noBlock))
	add(record("debug_traceBlockByHash", "block", "a block with a transaction that reverts", block.Hash(), calls))
	add(record("debug_traceBlockByHash", "unknown-block", "a block that does not exist", unknownHash))
	add(record("debug_traceBlock", "rlp", "a block that the client gives", hexutil.Bytes(encoded), calls))
	add(record("debug_traceBlock", "no-block", "bytes that are no block", "0x12"))
	add(record("debug_traceBadBlock", "unknown-block", "no such block was refused", unknownHash))
	call := object{"from": chaintest.Address(9), "to": s.forwarder, "data": hexutil.Bytes(s.forward(selector("increment()")))}
	add(record("debug_traceCall", "calls", "a call that is not mined", call, "latest", calls))
	add(record("debug_traceCall", "inside-block", "a call between two transactions of a block", call, failedBlock, object{"tracer": "callTracer", "txIndex": "0x1"}))
	add(record("debug_traceCall", "overrides", "a call on a state and in a block that are made up", to(s.counter, selector("here()")), "latest",
		object{"tracer": "callTracer", "blockOverrides": object{"number": "0x64"}, "stateOverrides": object{stranger.Hex(): object{"balance": "0x1"}}}))
	add(record("debug_traceCall", "prestate", "what a call reads", call, "latest", object{"tracer": "prestateTracer"}))
	add(record("debug_traceCall", "unknown-block", "a block that does not exist", call, noBlock))
	add(record("debug_subscribe", "chain", "traces of two blocks", "traceChain", "0x2", "0x4", calls).
		then("debug_unsubscribe", answerTo(1)).inShape("subscriptions have random names"))
	add(record("debug_subscribe", "reversed", "a range that ends before it begins", "traceChain", "0x4", "0x2"))
	return cases
}

// workCases are about external miners and the miner's settings.
func (s *stage) workCases() []testCase {
	const id = "0x00000000000000000000000000000000000000000000000000000000000000aa"
	return []testCase{
		record("eth_getWork", "job", "a header that lacks its nonce, while external miners do the work").reset().
			then("miner_setThreads", 0).then("miner_start").then("eth_getWork").overIPC().onItsOwn().inShape("it is made now, for a miner who is paid"),
		record("eth_getWork", "not-mining", "there is nothing to do while mining is off"),
		record("eth_submitWork", "unknown-job", "a nonce for a job that there is not", "0x0000000000000001", unknownHash, unknownHash),
		record("eth_submitWork", "short-nonce", "a nonce has eight bytes", "0x01", unknownHash, unknownHash),
		record("eth_submitHashrate", "miner", "what an external miner does per second", "0x64", id).onItsOwn(),
		record("miner_status", "settings", "the settings as they were, changed one by one, and as they are").
			then("miner_setThreads", 2).then("miner_setCPU", 0.5).then("miner_setEtherbase", stranger).
			then("miner_setGasLimit", "0x2faf080").then("miner_setGasPrice", "0x3b9aca00").then("miner_setExtra", "hello").
			then("miner_status").onItsOwn(),
		record("miner_start", "and-stop", "mining starts and stops").then("miner_stop").onItsOwn(),
		record("miner_setThreads", "negative", "a number of threads that there cannot be", -1),
		record("miner_setCPU", "too-much", "a share of a core is at most one", 1.5),
		record("miner_setExtra", "too-long", "there is room for twenty bytes", "0123456789012345678901"),
	}
}
