package chain

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/prometheus/client_golang/prometheus"
)

// The phases of an import, as its metric names them.
const (
	phaseVerification = "verification" // headers with their proofs, and bodies
	phaseExecution    = "execution"    // transactions, rewards, system calls
	phaseValidation   = "validation"   // what came out is what the header says: state root, receipts
	phaseCommit       = "commit"       // state and block are written, the block becomes the head
)

// stopwatch tells the phases of an import apart, of which core.BlockChain keeps
// the times to itself. It stands between the chain and its validator and
// processor, whose calls are where one phase ends and the next begins. Whoever
// holds the writer lock uses it.
type stopwatch struct {
	core.Validator
	core.Processor

	spent map[string]prometheus.Counter // by phase
	phase string                        // the one that goes on; "" while nothing is imported
	since time.Time
}

// newStopwatch puts a stopwatch into a chain, before that imports anything.
func newStopwatch(bc *core.BlockChain, spent *prometheus.CounterVec) *stopwatch {
	w := &stopwatch{Validator: bc.Validator(), Processor: bc.Processor(), spent: make(map[string]prometheus.Counter)}
	for _, phase := range []string{phaseVerification, phaseExecution, phaseValidation, phaseCommit} {
		w.spent[phase] = spent.WithLabelValues(phase)
	}
	// The chain offers no other way to hear of it. What it is set to does all that
	// was done before.
	bc.SetBlockValidatorAndProcessorForTesting(w, w)
	return w
}

// start begins an import, with headers that are verified.
func (w *stopwatch) start() { w.phase, w.since = phaseVerification, time.Now() }

// stop ends it.
func (w *stopwatch) stop() { w.enter("") }

// enter ends one phase and begins another, if an import goes on.
func (w *stopwatch) enter(phase string) {
	if w.phase == "" {
		return
	}
	now := time.Now()
	w.spent[w.phase].Add(now.Sub(w.since).Seconds())
	w.phase, w.since = phase, now
}

// ValidateBody implements core.Validator.
func (w *stopwatch) ValidateBody(block *types.Block) error {
	w.enter(phaseVerification)
	return w.Validator.ValidateBody(block)
}

// Process implements core.Processor.
func (w *stopwatch) Process(ctx context.Context, block *types.Block, statedb *state.StateDB, jumps vm.JumpDestCache, precompiles *vm.PrecompileCache, cfg vm.Config, index *atomic.Int64) (*core.ProcessResult, error) {
	w.enter(phaseExecution)
	return w.Processor.Process(ctx, block, statedb, jumps, precompiles, cfg, index)
}

// ValidateState implements core.Validator.
func (w *stopwatch) ValidateState(block *types.Block, statedb *state.StateDB, res *core.ProcessResult, stateless bool) error {
	w.enter(phaseValidation)
	err := w.Validator.ValidateState(block, statedb, res, stateless)
	w.enter(phaseCommit)
	return err
}
