package rpc

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// callTracer is the name of the tracer that finds the calls of a transaction.
const callTracer = "callTracer"

// tracedCall is a call as callTracer describes it, with those that it makes.
type tracedCall struct {
	Type         string          `json:"type"` // CALL, CREATE2 ...
	From         common.Address  `json:"from"`
	To           *common.Address `json:"to"`    // null for a creation that failed
	Value        *hexutil.Big    `json:"value"` // a DELEGATECALL's is its caller's
	Gas          hexutil.Uint64  `json:"gas"`
	GasUsed      hexutil.Uint64  `json:"gasUsed"`
	Input        hexutil.Bytes   `json:"input"`
	Output       hexutil.Bytes   `json:"output"`
	Error        string          `json:"error,omitempty"`
	RevertReason string          `json:"revertReason,omitempty"` // of Solidity's Error(string) or Panic(uint256)
	Logs         []tracedLog     `json:"logs,omitempty"`
	Calls        []tracedCall    `json:"calls"`
}

// tracedLog is a log that a call has left.
type tracedLog struct {
	Address  common.Address `json:"address"`
	Topics   []common.Hash  `json:"topics"`
	Data     hexutil.Bytes  `json:"data"`
	Index    hexutil.Uint   `json:"index"`    // in the block
	Position hexutil.Uint   `json:"position"` // how many of the call's own calls came before it
}

func (c *tracedCall) creates() bool { return c.Type == "CREATE" || c.Type == "CREATE2" }

// walk visits the call and, where visit says so, those that it makes.
func (c *tracedCall) walk(depth int, visit func(depth int, call *tracedCall) bool) {
	if !visit(depth, c) {
		return
	}
	for i := range c.Calls {
		c.Calls[i].walk(depth+1, visit)
	}
}

// complete fills in what callTracer leaves out: nothing instead of a STATICCALL's value,
// and no calls.
func (c *tracedCall) complete() {
	c.walk(0, func(_ int, call *tracedCall) bool {
		if call.Value == nil {
			call.Value = new(hexutil.Big)
		}
		if call.Calls == nil {
			call.Calls = []tracedCall{}
		}
		return true
	})
}

// traceCalls executes the next transaction and returns its calls.
func (r *replay) traceCalls(ctx context.Context, left *budget) (*tracedCall, error) {
	name := callTracer
	text, err := r.trace(ctx, &traceConfig{Tracer: &name}, left)
	if err != nil {
		return nil, err
	}
	calls := new(tracedCall)
	if err := json.Unmarshal(text, calls); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", name, err)
	}
	return calls, nil
}
