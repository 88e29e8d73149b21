package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/eth/tracers"
	_ "github.com/ethereum/go-ethereum/eth/tracers/js" // tracers written in JavaScript
	"github.com/ethereum/go-ethereum/eth/tracers/logger"
	_ "github.com/ethereum/go-ethereum/eth/tracers/native" // callTracer, prestateTracer, ...
)

// The tracers are go-ethereum's; what runs them is not. Its tracers.API goes on
// tracing when the client is gone, takes any timeout that a client asks for, and
// collects as much as the tracer finds, which for a single transaction can be
// gigabytes: of a call in a loop whose input is a megabyte, callTracer keeps every
// copy. The answers are the same; a test compares them.

// defaultTraceTime is what one transaction's trace may take when the client does not
// say. It is geth's.
const defaultTraceTime = 5 * time.Second

// muxTracer is the name of the tracer that runs several others at once.
const muxTracer = "muxTracer"

// traceConfig is how a client wants something traced. The members without a tracer's
// name are those of the logger of all steps.
type traceConfig struct {
	Tracer       *string         `json:"tracer"`
	TracerConfig json.RawMessage `json:"tracerConfig"`
	Timeout      *string         `json:"timeout"` // for a transaction, like "10s"

	EnableMemory     bool `json:"enableMemory"`
	DisableStack     bool `json:"disableStack"`
	DisableStorage   bool `json:"disableStorage"`
	EnableReturnData bool `json:"enableReturnData"`
	Limit            int  `json:"limit"` // bytes of steps, after which the rest is left out; 0 = none
}

// traced is a message to be executed under a tracer, and where.
type traced struct {
	tx          *types.Transaction
	msg         *core.Message
	at          tracers.Context // zero for a call
	block       vm.BlockContext
	state       *state.StateDB
	precompiles vm.PrecompiledContracts // nil = those of the fork
}

// budget is how many more bytes the tracers of one request may collect.
type budget struct {
	left  int
	limit int
}

func (b *budget) take(size int) { b.left -= size }

func (b *budget) exhausted() bool { return b.left < 0 }

func (b *budget) err() error {
	return fmt.Errorf("trace is larger than %d bytes%s", b.limit, seeFlag(FlagResponse))
}

// withTraceTime ends a tracing request after Limits.TraceTime.
func (b *backend) withTraceTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, b.limits.TraceTime,
		fmt.Errorf("tracing took longer than %v%s", b.limits.TraceTime, seeFlag(FlagTraceTime)))
}

func (b *backend) newBudget() *budget { return &budget{b.limits.Response, b.limits.Response} }

// traceMessage executes a message under a tracer and returns what that found. Its size is
// taken from the budget.
func (b *backend) traceMessage(ctx context.Context, m traced, config *traceConfig, left *budget) (json.RawMessage, error) {
	if config == nil {
		config = new(traceConfig)
	}
	timeout, err := traceTime(config)
	if err != nil {
		return nil, err
	}
	collected := *left // what tracers keep counts once: in the end as their answer
	evm := vm.NewEVM(m.block, m.state, b.config, vm.Config{NoBaseFee: true})
	defer evm.Release()
	tracer, err := b.newTracer(config, &m.at, &collected, evm)
	if err != nil {
		return nil, err
	}
	evm.Config.Tracer = tracer.Hooks
	evm.StateDB = state.NewHookedState(m.state, tracer.Hooks)
	evm.SetJumpDestCache(b.chain.JumpDestCache())
	if m.precompiles != nil {
		evm.SetPrecompiles(m.precompiles)
	}
	limit, cancel := context.WithTimeoutCause(ctx, timeout,
		fmt.Errorf("execution timeout: %v; the trace's \"timeout\" can ask for up to %v%s", timeout, b.limits.TraceTime, seeFlag(FlagTraceTime)))
	defer cancel()
	defer context.AfterFunc(limit, func() {
		evm.Cancel() // first: what watches the tracer goes by it
		tracer.Stop(context.Cause(limit))
	})()

	m.state.SetTxContext(m.at.TxHash, m.at.TxIndex, uint32(m.at.TxIndex+1))
	_, _, err = core.ApplyTransactionWithEVM(limit, m.msg, core.NewGasPool(m.msg.GasLimit), m.state,
		m.block.BlockNumber, m.at.BlockHash, m.block.Time, m.tx, evm)
	switch {
	case collected.exhausted():
		return nil, left.err()
	case evm.Cancelled():
		return nil, context.Cause(limit)
	case m.state.Error() != nil: // missing state looks like missing funds
		return nil, m.state.Error()
	case err != nil:
		return nil, fmt.Errorf("tracing failed: %w", err)
	}
	result, err := tracer.GetResult()
	if err != nil {
		return nil, err
	}
	if left.take(len(result)); left.exhausted() {
		return nil, left.err()
	}
	return result, nil
}

// traceTime is what the client allows one transaction to take.
func traceTime(config *traceConfig) (time.Duration, error) {
	if config.Timeout == nil {
		return defaultTraceTime, nil
	}
	return time.ParseDuration(*config.Timeout)
}

// newTracer makes the tracer that a client asks for: without a name the logger of all
// steps. One that finds too much ends the execution.
func (b *backend) newTracer(config *traceConfig, at *tracers.Context, left *budget, evm *vm.EVM) (*tracers.Tracer, error) {
	if config.Tracer == nil {
		cfg := logger.Config{
			EnableMemory:     config.EnableMemory,
			DisableStack:     config.DisableStack,
			DisableStorage:   config.DisableStorage,
			EnableReturnData: config.EnableReturnData,
			Limit:            config.Limit,
		}
		ours := cfg.Limit == 0 || cfg.Limit > left.left
		if ours {
			cfg.Limit = max(left.left, 1) // it stops after it: the answer is then larger than the budget
		}
		steps := logger.NewStructLogger(&cfg)
		hooks := steps.Hooks()
		if ours {
			left.count(hooks, cfg, evm)
		}
		return &tracers.Tracer{Hooks: hooks, GetResult: steps.GetResult, Stop: steps.Stop}, nil
	}
	if err := b.checkTracer(config); err != nil {
		return nil, err
	}
	tracer, err := tracers.DefaultDirectory.New(*config.Tracer, at, config.TracerConfig, b.config)
	if err != nil {
		return nil, err
	}
	tracer.Hooks = left.watch(tracer.Hooks, evm)
	return tracer, nil
}

// checkTracer refuses a tracer that does not exist or is not allowed.
func (b *backend) checkTracer(config *traceConfig) error {
	names, err := tracerNames(config)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(names, tracers.DefaultDirectory.IsJS); i >= 0 && !b.limits.TraceJS {
		return fmt.Errorf("tracer %.40q is not a built-in one, and JavaScript is off%s", names[i], seeFlag(FlagTraceJS))
	}
	return nil
}

// tracerNames lists the tracers that a client asks for: those of a muxTracer, or the
// only one.
func tracerNames(config *traceConfig) ([]string, error) {
	if config == nil || config.Tracer == nil {
		return nil, nil
	}
	if *config.Tracer != muxTracer {
		return []string{*config.Tracer}, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(config.TracerConfig, &members); err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", muxTracer, err)
	}
	if _, nested := members[muxTracer]; nested {
		return nil, fmt.Errorf("a %s in a %s would multiply what is collected", muxTracer, muxTracer)
	}
	return slices.Sorted(maps.Keys(members)), nil
}

// isScript reports whether a tracer is JavaScript, or has one among its own.
func isScript(config *traceConfig) bool {
	names, err := tracerNames(config)
	return err == nil && slices.ContainsFunc(names, tracers.DefaultDirectory.IsJS)
}

// count ends the execution when the logger of steps has written more than the budget. It looks at
// the larger parts of a step only: for the others there is the logger's own limit, which
// would let the execution go on.
func (b *budget) count(hooks *tracing.Hooks, cfg logger.Config, evm *vm.EVM) {
	const members, word = 60, 69 // bytes of a step's small members, and of a word of memory
	log := hooks.OnOpcode
	hooks.OnOpcode = func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, returned []byte, depth int, err error) {
		size := members
		if !cfg.DisableStack {
			for _, item := range scope.StackData() {
				size += len(`"0x",`) + item.BitLen()/4
			}
		}
		if cfg.EnableMemory {
			size += len(scope.MemoryData()) / common.HashLength * word
		}
		if cfg.EnableReturnData {
			size += 2 * len(returned)
		}
		if b.take(size); b.exhausted() {
			evm.Cancel()
			return
		}
		log(pc, op, gas, cost, scope, returned, depth, err)
	}
}

// watch ends the execution when a tracer has seen more than the budget of what costs
// next to no gas: the same bytes as the input or output of many calls. Once it is to end,
// the tracer hears of nothing any more, though some steps may follow: several look for a
// call, which they have not heard of, when it does something, and panic.
func (b *budget) watch(tracer *tracing.Hooks, evm *vm.EVM) *tracing.Hooks {
	hooks := *tracer
	see := func(data []byte) bool {
		if b.take(len(data)); b.exhausted() {
			evm.Cancel()
		}
		return !evm.Cancelled()
	}
	if enter := hooks.OnEnter; enter != nil {
		hooks.OnEnter = func(depth int, typ byte, from, to common.Address, input []byte, gas uint64, value *big.Int) {
			if see(input) {
				enter(depth, typ, from, to, input, gas, value)
			}
		}
	}
	if exit := hooks.OnExit; exit != nil {
		hooks.OnExit = func(depth int, output []byte, gasUsed uint64, err error, reverted bool) {
			if see(output) {
				exit(depth, output, gasUsed, err, reverted)
			}
		}
	}
	if step := hooks.OnOpcode; step != nil {
		hooks.OnOpcode = func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, returned []byte, depth int, err error) {
			if !evm.Cancelled() {
				step(pc, op, gas, cost, scope, returned, depth, err)
			}
		}
	}
	if fault := hooks.OnFault; fault != nil {
		hooks.OnFault = func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, depth int, err error) {
			if !evm.Cancelled() {
				fault(pc, op, gas, cost, scope, depth, err)
			}
		}
	}
	// muxTracer has these instead, for all its members.
	if enter := hooks.OnEnterV2; enter != nil {
		hooks.OnEnterV2 = func(depth int, typ byte, from, to common.Address, input []byte, gas tracing.Gas, value *big.Int) {
			if see(input) {
				enter(depth, typ, from, to, input, gas, value)
			}
		}
	}
	if exit := hooks.OnExitV2; exit != nil {
		hooks.OnExitV2 = func(depth int, output []byte, gasLeft tracing.Gas, err error, reverted bool) {
			if see(output) {
				exit(depth, output, gasLeft, err, reverted)
			}
		}
	}
	if step := hooks.OnOpcodeV2; step != nil {
		hooks.OnOpcodeV2 = func(pc uint64, op byte, gas, cost tracing.Gas, scope tracing.OpContext, returned []byte, depth int, err error) {
			if !evm.Cancelled() {
				step(pc, op, gas, cost, scope, returned, depth, err)
			}
		}
	}
	if fault := hooks.OnFaultV2; fault != nil {
		hooks.OnFaultV2 = func(pc uint64, op byte, gas, cost tracing.Gas, scope tracing.OpContext, depth int, err error) {
			if !evm.Cancelled() {
				fault(pc, op, gas, cost, scope, depth, err)
			}
		}
	}
	if log := hooks.OnLog; log != nil {
		hooks.OnLog = func(entry *types.Log) {
			if !evm.Cancelled() {
				log(entry)
			}
		}
	}
	if end := hooks.OnTxEnd; end != nil {
		hooks.OnTxEnd = func(receipt *types.Receipt, err error) {
			if !evm.Cancelled() {
				end(receipt, err)
			}
		}
	}
	return &hooks
}
