package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/fjl/jsonw"
)

// simulateResult is a simulated block as the JSON-RPC shows it.
type simulateResult struct {
	block blockResult
	calls []simulateCall
}

// MarshalJSON writes the block with its calls.
func (r *simulateResult) MarshalJSON() ([]byte, error) {
	calls, err := json.Marshal(r.calls)
	if err != nil {
		return nil, err
	}
	return render(headerSize+len(calls), func(w *jsonw.Buffer) {
		w.Object(func() {
			r.block.writeMembers(w)
			w.Key("calls")
			w.RawValue(calls)
		})
	})
}

// simulateCall is what one call did. MaxUsedGas is before refunds: what the gas limit
// must be at least.
type simulateCall struct {
	ReturnData hexutil.Bytes   `json:"returnData"`
	Logs       []*types.Log    `json:"logs"`
	GasUsed    hexutil.Uint64  `json:"gasUsed"`
	MaxUsedGas hexutil.Uint64  `json:"maxUsedGas"`
	Status     hexutil.Uint64  `json:"status"`
	Error      *simulateFailed `json:"error,omitempty"`
}

// simulateFailed says why a call failed. It is a result all the same.
type simulateFailed struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Data    any    `json:"data,omitempty"`
}

func newSimulateCall(result *core.ExecutionResult, logs []*types.Log, capped bool) simulateCall {
	answer := simulateCall{
		ReturnData: result.Return(),
		Logs:       logs,
		GasUsed:    hexutil.Uint64(result.UsedGas),
		MaxUsedGas: hexutil.Uint64(result.MaxUsedGas),
		Status:     hexutil.Uint64(types.ReceiptStatusSuccessful),
	}
	switch {
	case errors.Is(result.Err, vm.ErrExecutionReverted):
		reverted := revertError(result.Revert())
		answer.Error = &simulateFailed{Message: reverted.Message, Code: reverted.Code, Data: reverted.Data}
	case result.Failed():
		answer.Error = &simulateFailed{Message: result.Err.Error(), Code: codeVM}
		if capped {
			// Word for word geth's: the public suite compares results, of which this is one.
			answer.Error.Message += " (gas limit was capped by the RPC server's global gas cap)"
		}
	default:
		return answer
	}
	answer.Status = hexutil.Uint64(types.ReceiptStatusFailed)
	return answer
}

func blockGasReached(left, asked uint64) string {
	return fmt.Sprintf("block gas limit reached: remaining: %d, required: %d", left, asked)
}

// transferTracer collects the logs of a call and, if asked to, transfers of ether as
// if a token had logged them. What a failed inner call logged is dropped.
type transferTracer struct {
	transfers bool
	number    uint64
	time      uint64

	txHash  common.Hash
	txIndex int
	frames  [][]*types.Log // of each open call
	count   uint           // logs of the block
}

// reset prepares the tracer for the next call.
func (t *transferTracer) reset(txHash common.Hash, index int) {
	t.frames, t.txHash, t.txIndex = nil, txHash, index
}

// logs are those of the call that has ended. They are never nil.
func (t *transferTracer) logs() []*types.Log {
	if len(t.frames) == 0 || t.frames[0] == nil {
		return []*types.Log{}
	}
	return t.frames[0]
}

func (t *transferTracer) hooks() *tracing.Hooks {
	return &tracing.Hooks{
		OnEnter: t.enter,
		OnExit:  t.exit,
		OnLog:   func(log *types.Log) { t.add(log.Address, log.Topics, log.Data) },
	}
}

func (t *transferTracer) enter(_ int, op byte, from, to common.Address, _ []byte, _ uint64, value *big.Int) {
	t.frames = append(t.frames, nil)
	code := vm.OpCode(op)
	if !t.transfers || code == vm.DELEGATECALL || code == vm.CALLCODE || value == nil || value.Sign() <= 0 {
		return
	}
	// ERC-7528's address for ether, and the event of ERC-20.
	t.add(common.HexToAddress("0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"), []common.Hash{
		crypto.Keccak256Hash([]byte("Transfer(address,address,uint256)")),
		common.BytesToHash(from[:]),
		common.BytesToHash(to[:]),
	}, common.BigToHash(value).Bytes())
}

func (t *transferTracer) exit(depth int, _ []byte, _ uint64, _ error, reverted bool) {
	last := len(t.frames) - 1
	logs := t.frames[last]
	if reverted {
		// They were the block's last ones: their indexes are free again.
		t.count -= uint(len(logs))
		logs = nil
	}
	if depth == 0 {
		t.frames[0] = logs
		return
	}
	t.frames = t.frames[:last]
	t.frames[last-1] = append(t.frames[last-1], logs...)
}

func (t *transferTracer) add(address common.Address, topics []common.Hash, data []byte) {
	last := len(t.frames) - 1
	t.frames[last] = append(t.frames[last], &types.Log{
		Address:        address,
		Topics:         topics,
		Data:           data,
		BlockNumber:    t.number,
		BlockTimestamp: t.time,
		TxHash:         t.txHash,
		TxIndex:        uint(t.txIndex),
		Index:          t.count,
	})
	t.count++
}
