package rpc

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// debugExchanges are requests to the namespace debug.
func (s *scene) debugExchanges() []exchange {
	var (
		tx         = s.tx.Hash()
		rawTx, _   = s.tx.MarshalBinary()
		block, _   = rlp.EncodeToBytes(s.logged)
		header, _  = rlp.EncodeToBytes(s.logged.Header())
		receipt, _ = s.chain.GetReceiptsByHash(s.logged.Hash())[0].MarshalBinary()
		calls      = map[string]any{"tracer": "callTracer"}
		frame      = fmt.Sprintf(`{"type":"CALL","from":"%s","to":"%s","input":"%s"}`, lower(chaintest.Address(1)), lower(s.counter), selector("increment()"))
		frames     = fmt.Sprintf(`[{"txHash":"%s","result":%s}]`, tx.Hex(), frame)
		call       = map[string]any{"from": chaintest.Address(1), "to": s.counter, "data": selector("increment()")}
		quoted     = func(data []byte) string { return `"` + hexutil.Encode(data) + `"` }
	)
	return []exchange{
		ok("debug_traceTransaction", frame, tx, calls),
		bad(codeServer, "transaction not found", "debug_traceTransaction", unknownHash),
		bad(codeServer, "time: invalid duration", "debug_traceTransaction", tx, map[string]any{"timeout": "soon"}),
		bad(codeServer, `tracer "{}" is not a built-in one, and JavaScript is off (see --rpc.trace-js)`, "debug_traceTransaction", tx, map[string]any{"tracer": "{}"}),
		bad(codeServer, `tracer "{}" is not a built-in one`, "debug_traceTransaction", tx, map[string]any{"tracer": "muxTracer", "tracerConfig": map[string]any{"callTracer": nil, "{}": nil}}),
		bad(codeServer, "a muxTracer in a muxTracer", "debug_traceTransaction", tx, map[string]any{"tracer": "muxTracer", "tracerConfig": map[string]any{"muxTracer": map[string]any{}}}),
		bad(codeServer, "configuration of muxTracer: unexpected end", "debug_traceTransaction", tx, map[string]any{"tracer": "muxTracer"}),
		ok("debug_traceBlockByNumber", frames, "0x2", calls),
		ok("debug_traceBlockByNumber", `[{"txHash":"`+s.waiting.Hash().Hex()+`"}]`, "pending", calls),
		bad(codeServer, "genesis is not traceable", "debug_traceBlockByNumber", "earliest"),
		bad(codeServer, "block #153 not found", "debug_traceBlockByNumber", "0x99"),
		ok("debug_traceBlockByHash", frames, s.logged.Hash(), calls),
		bad(codeServer, "block 0x", "debug_traceBlockByHash", unknownHash),
		ok("debug_traceBlock", frames, hexutil.Bytes(block), calls),
		bad(codeInvalidParams, "could not decode block", "debug_traceBlock", "0x01"),
		ok("debug_traceCall", frame, call, "0x1", calls),
		ok("debug_traceCall", frame, call, nil, calls),
		ok("debug_traceCall", frame, call, "pending", calls),
		ok("debug_traceCall", frame, call, "0x2", map[string]any{"tracer": "callTracer", "txIndex": "0x0"}),
		bad(codeServer, "transaction index 1 out of range for block", "debug_traceCall", call, "0x2", map[string]any{"txIndex": "0x1"}),
		bad(codeServer, "block #153 not found", "debug_traceCall", call, "0x99"),
		bad(codeServer, `block override "beaconRoot" is not supported`, "debug_traceCall", call, "latest", map[string]any{"blockOverrides": map[string]any{"beaconRoot": unknownHash}}),
		bad(codeServer, "tracing failed: insufficient funds", "debug_traceCall", map[string]any{"from": stranger, "to": s.counter, "value": "0xffffffff"}),
		bad(codeServer, "bad block 0x", "debug_traceBadBlock", unknownHash),
		bad(codeServer, "block 0x", "debug_intermediateRoots", unknownHash),
		ok("debug_intermediateRoots", fmt.Sprintf(`[%q]`, s.rootAfterFirst()), s.logged.Hash()),

		ok("debug_getRawHeader", quoted(header), "0x2"),
		ok("debug_getRawHeader", `"0x"`, "0x99"),
		ok("debug_getRawBlock", quoted(block), s.logged.Hash()),
		ok("debug_getRawBlock", `"0x"`, "0x99"),
		ok("debug_getRawReceipts", "["+quoted(receipt)+"]", "0x2"),
		ok("debug_getRawReceipts", "null", "0x99"),
		ok("debug_getRawTransaction", quoted(rawTx), tx),
		ok("debug_getRawTransaction", `"0x"`, unknownHash),
		bad(codeNotFound, "block 2 has no access list", "debug_getRawBlockAccessList", "0x2"),
		bad(codeNotFound, "block 0x99 not found", "debug_getRawBlockAccessList", "0x99"),
		ok("debug_getBadBlocks", `[]`),
		bad(-32601, "notifications not supported", "debug_subscribe", "traceChain", "0x0", "0x1"), // over HTTP
		bad(codeServer, "subscription not found", "debug_unsubscribe", "0x99"),
		bad(codeServer, "block #153 not found", "debug_printBlock", 153),
		ok("debug_printBlock", fmt.Sprintf("%q", s.printed()), 2),
	}
}

// operatorExchanges are requests to the methods of debug that are for whoever runs the
// node.
func (s *scene) operatorExchanges() []exchange {
	file := func(name string) string { return filepath.Join(s.t.TempDir(), name) }
	taken := file("taken")
	s.check(os.WriteFile(taken, nil, 0o600))
	return []exchange{
		ok("debug_dbGet", `"`+s.chain.Genesis().Hash().Hex()+`"`, "0x6800000000000000006e"),
		bad(codeInvalidParams, "key: ", "debug_dbGet", "0xz"),
		bad(codeServer, "leveldb: not found", "debug_dbGet", "nothing"),
		ok("debug_dbAncients", "0"),
		bad(codeServer, "unknown", "debug_dbAncient", "shoes", 0),
		ok("debug_chaindbCompact", "null"),
		bad(codeServer, "not allowed to rewind to a future block", "debug_setHead", "0x2"),
		bad(codeServer, "only development chains go back", "debug_setHead", "0x1"),
		ok("debug_verbosity", "null", 4),
		bad(codeInvalidParams, "verbosity 6 is not from 0 to 5", "debug_verbosity", 6),
		ok("debug_memStats", "{}"),
		ok("debug_gcStats", "{}"),
		ok("debug_freeOSMemory", "null"),
		ok("debug_setMemoryLimit", "9223372036854775807", -1),
		ok("debug_setGCPercent", "100", 100),
		ok("debug_stacks", `""`, "no goroutine says this"),
		ok("debug_setBlockProfileRate", "null", 0),
		ok("debug_setMutexProfileFraction", "null", 0),
		ok("debug_cpuProfile", "null", file("cpu"), 0),
		bad(codeServer, "CPU profiling not in progress", "debug_stopCPUProfile"),
		ok("debug_startCPUProfile", "null", file("cpu2")),
		bad(codeServer, "CPU profiling already in progress", "debug_startCPUProfile", file("cpu3")),
		ok("debug_stopCPUProfile", "null"),
		ok("debug_goTrace", "null", file("trace"), 0),
		ok("debug_startGoTrace", "null", file("trace2")),
		ok("debug_stopGoTrace", "null"),
		ok("debug_blockProfile", "null", file("block"), 0),
		ok("debug_writeBlockProfile", "null", file("block2")),
		ok("debug_mutexProfile", "null", file("mutex"), 0),
		ok("debug_writeMutexProfile", "null", file("mutex2")),
		ok("debug_writeMemProfile", "null", file("memory")),
		bad(codeServer, "open "+taken+": file exists", "debug_writeMemProfile", taken),
	}
}

// rootAfterFirst is the state root before the second block's withdrawal.
func (s *scene) rootAfterFirst() common.Hash {
	return get[[]common.Hash](s.node, "debug_intermediateRoots", s.logged.Hash())[0]
}

func (s *scene) printed() string { return get[string](s.node, "debug_printBlock", 2) }

// listExchanges are requests to the methods of debug that list the state.
func (s *scene) listExchanges() []exchange {
	var (
		slot   = common.Hash{}
		hashed = crypto.Keccak256Hash(slot[:])
		count  = func(n int64) string {
			return fmt.Sprintf(`{"storage":{"%s":{"key":"%s","value":"%s"}},"nextKey":null}`, hashed, slot, common.BigToHash(big.NewInt(n)))
		}
		counter = s.counter.Hex()
		genesis = hashes(slices.Collect(maps.Keys(s.genesis.Alloc)))
	)
	return []exchange{
		ok("debug_storageRangeAt", `{"storage":{},"nextKey":null}`, "0x2", 0, s.counter, "0x", 10),
		ok("debug_storageRangeAt", count(1), "pending", 0, s.counter, "0x", 10),
		ok("debug_storageRangeAt", fmt.Sprintf(`{"storage":{},"nextKey":"%s"}`, hashed), "pending", 0, s.counter, "0x", 0),
		ok("debug_storageRangeAt", `{"storage":{},"nextKey":null}`, "pending", 0, s.counter, "0xff", 10),
		ok("debug_storageRangeAt", `{"storage":{},"nextKey":null}`, "latest", 0, stranger, "0x", 10),
		bad(codeServer, "transaction index 1 out of range", "debug_storageRangeAt", "0x2", 1, s.counter, "0x", 10),
		bad(codeServer, "block #153 not found", "debug_storageRangeAt", "0x99", 0, s.counter, "0x", 10),
		ok("debug_dumpBlock", fmt.Sprintf(`{"accounts":{"%s":{"storage":{"%s":"01"}}}}`, counter, slot), "0x2"),
		ok("debug_dumpBlock", `{"root":"`+fmt.Sprintf("%x", s.logged.Root())+`"}`, "0x2"),
		bad(codeServer, "block #153 not found", "debug_dumpBlock", "0x99"),
		ok("debug_accountRange", fmt.Sprintf(`{"accounts":{"%s":{"nonce":1}}}`, counter), "latest", "0x", 0, true, true, false),
		ok("debug_accountRange", `{"next":"`+hexutil.Encode(genesis[1][:])+`"}`, "0x0", "0x", 1, true, true, true),
		ok("debug_accountRange", `{"accounts":{}}`, "0x0", "0xffffffffffffff", 1, true, true, true),
		ok("debug_getModifiedAccountsByNumber", s.modified(), 2),
		ok("debug_getModifiedAccountsByNumber", s.modified(), 1, 2),
		ok("debug_getModifiedAccountsByHash", s.modified(), s.logged.Hash()),
		ok("debug_getModifiedAccountsByHash", s.modified(), s.deploy.Hash(), s.logged.Hash()),
		bad(codeServer, "start block 153 not found", "debug_getModifiedAccountsByNumber", 153),
		bad(codeServer, "end block 153 not found", "debug_getModifiedAccountsByNumber", 1, 153),
		bad(codeServer, "block 0 has no parent", "debug_getModifiedAccountsByNumber", 0),
		bad(codeServer, "start block height (2) must be less than end block height (1)", "debug_getModifiedAccountsByNumber", 2, 1),
		bad(codeServer, "start block", "debug_getModifiedAccountsByHash", unknownHash),
		ok("debug_preimage", `"`+lower(s.counter)+`"`, crypto.Keccak256Hash(s.counter[:])),
		bad(codeServer, "unknown preimage (see --state.preimages)", "debug_preimage", unknownHash),
		ok("debug_getAccessibleState", "2", "latest", "0x0"),
		ok("debug_getAccessibleState", "0", "0x0", "latest"),
		bad(codeServer, "from and to needs to be different", "debug_getAccessibleState", "0x1", "0x1"),
	}
}

// hashes are the hashes of addresses, ascending.
func hashes(addresses []common.Address) []common.Hash {
	var list []common.Hash
	for _, address := range addresses {
		list = append(list, crypto.Keccak256Hash(address[:]))
	}
	slices.SortFunc(list, common.Hash.Cmp)
	return list
}

// modified are the accounts that the second block changes: sender, contract, miner, and
// the contracts of EIP-4788 and EIP-2935.
func (s *scene) modified() string {
	accounts := []common.Address{chaintest.Address(1), s.counter, etherbase, params.BeaconRootsAddress, params.HistoryStorageAddress}
	slices.SortFunc(accounts, func(a, b common.Address) int {
		return crypto.Keccak256Hash(a[:]).Cmp(crypto.Keccak256Hash(b[:]))
	})
	text, err := json.Marshal(accounts)
	s.check(err)
	return string(text)
}
