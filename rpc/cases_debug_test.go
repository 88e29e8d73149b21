package rpc

import (
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
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
	add(record("debug_storageRangeAt", "before-tx", "a contract's slots before a transaction of a block", block.Hash(), 1, s.counter, "0x", 10))
	add(record("debug_storageRangeAt", "after-tx", "a contract's slots before the last transaction of a block", "0xb", 2, s.counter, "0x", 10))
	add(record("debug_storageRangeAt", "out-of-range", "the block has not so many transactions", failedBlock, 3, s.counter, "0x", 10))
	add(record("debug_storageRangeAt", "unknown-block", "a block that does not exist", noBlock, 0, s.counter, "0x", 10))
	add(record("debug_dumpBlock", "state", "all accounts after a block", deployBlock))
	add(record("debug_dumpBlock", "unknown-block", "a block that does not exist", noBlock))
	add(record("debug_accountRange", "two", "two accounts, and where the next one is", "latest", "0x", 2, true, true, true))
	add(record("debug_accountRange", "rest", "accounts from a hash on", "latest", "0xa0"+strings.Repeat("00", 31), 10, true, true, true))
	add(record("debug_getModifiedAccountsByNumber", "block", "accounts that a block has changed", 8))
	add(record("debug_getModifiedAccountsByNumber", "range", "accounts that three blocks have changed", 5, 8))
	add(record("debug_getModifiedAccountsByNumber", "reversed", "a range that ends before it begins", 8, 5))
	add(record("debug_getModifiedAccountsByNumber", "unknown-block", "a block that does not exist", 4096))
	add(record("debug_getModifiedAccountsByHash", "block", "accounts that a block has changed", block.Hash()))
	add(record("debug_getModifiedAccountsByHash", "range", "accounts that three blocks have changed", s.blocks[5].Hash(), block.Hash()))
	add(record("debug_getModifiedAccountsByHash", "unknown-block", "a block that does not exist", unknownHash))
	add(record("debug_preimage", "address", "the address that is hashed to a key", crypto.Keccak256Hash(s.counter[:])))
	add(record("debug_preimage", "unknown", "a hash of nothing in the state", unknownHash))
	add(record("debug_getAccessibleState", "upwards", "the first block whose state can be read", "0x0", "latest"))
	add(record("debug_getAccessibleState", "nothing", "no blocks at all", "0x1", "0x1"))
	add(record("debug_subscribe", "chain", "traces of two blocks", "traceChain", "0x2", "0x4", calls).
		then("debug_unsubscribe", answerTo(1)).inShape("subscriptions have random names"))
	add(record("debug_subscribe", "reversed", "a range that ends before it begins", "traceChain", "0x4", "0x2"))
	return cases
}

// operatorCases are about what only the machine's owner may ask: the store and the
// process.
func (s *stage) operatorCases() []testCase {
	const file = "/nowhere/profile"
	return []testCase{
		record("debug_dbAncients", "none", "the freezer is for old blocks").overIPC(),
		record("debug_dbAncient", "none", "the freezer is for old blocks", "headers", 1).overIPC(),
		record("debug_dbGet", "head", "what the database has under a key", "0x4c617374426c6f636b").overIPC(),
		record("debug_dbGet", "unknown", "a key that there is not", "0x00").overIPC(),
		record("debug_chaindbProperty", "text", "LevelDB's statistics").overIPC().inShape("it is the database's"),
		record("debug_chaindbCompact", "all", "the database is compacted").overIPC(),
		record("debug_setHead", "back", "a development chain goes back to a block", "0xc").then("eth_blockNumber").onDevChain().overIPC().onItsOwn(),
		record("debug_setHead", "proof-of-work", "the head is the block with the most work", "0x5").overIPC(),
		record("debug_setHead", "future", "a block that does not exist yet", noBlock).overIPC(),
		record("debug_verbosity", "too-much", "a level that there is not", 9).overIPC(),
		record("debug_memStats", "process", "Go's memory and what runs").then("debug_gcStats").then("debug_freeOSMemory").then("debug_stacks", "noSuchFunction").
			then("debug_setGCPercent", 100).then("debug_setMemoryLimit", -1).then("debug_setBlockProfileRate", 0).then("debug_setMutexProfileFraction", 0).
			overIPC().inShape("it is the process's"),
		record("debug_cpuProfile", "no-folder", "files are not written where there is no folder", file, 1).then("debug_startCPUProfile", file).then("debug_stopCPUProfile").
			then("debug_goTrace", file, 1).then("debug_startGoTrace", file).then("debug_stopGoTrace").
			then("debug_blockProfile", file, 1).then("debug_writeBlockProfile", file).then("debug_mutexProfile", file, 1).
			then("debug_writeMutexProfile", file).then("debug_writeMemProfile", file).overIPC(),
	}
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
