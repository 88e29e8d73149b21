package rpc

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
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
		bad(codeServer, "bad block 0x", "debug_intermediateRoots", unknownHash),
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

// rootAfterFirst is the state root before the second block's withdrawal.
func (s *scene) rootAfterFirst() common.Hash {
	return get[[]common.Hash](s.node, "debug_intermediateRoots", s.logged.Hash())[0]
}

func (s *scene) printed() string { return get[string](s.node, "debug_printBlock", 2) }
