package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/holiman/uint256"
)

// effectsAPI tells what a transaction did.
type effectsAPI struct{ *backend }

// txEffects are a transaction's calls and what they have changed.
type txEffects struct {
	Calls tracedCall    `json:"calls"`
	State []accountDiff `json:"state"` // by address
}

// accountDiff is what a transaction has changed in an account. What has not changed is
// left out.
type accountDiff struct {
	Address common.Address `json:"address"`
	Balance *balanceDiff   `json:"balance,omitempty"`
	Nonce   *nonceDiff     `json:"nonce,omitempty"`
	Code    *codeDiff      `json:"code,omitempty"`
	Storage []slotDiff     `json:"storage"` // by slot
}

// balanceDiff is in wei.
type balanceDiff struct {
	From *hexutil.Big `json:"from"`
	To   *hexutil.Big `json:"to"`
}

type nonceDiff struct {
	From hexutil.Uint64 `json:"from"`
	To   hexutil.Uint64 `json:"to"`
}

type codeDiff struct {
	From hexutil.Bytes `json:"from"`
	To   hexutil.Bytes `json:"to"`
}

type slotDiff struct {
	Slot common.Hash `json:"slot"`
	From common.Hash `json:"from"`
	To   common.Hash `json:"to"`
}

// touchedState are the accounts and slots that prestateTracer has seen used.
type touchedState map[common.Address]struct {
	Storage map[common.Hash]common.Hash `json:"storage"`
}

// Trace is monolith_trace: what a mined transaction did, found in one execution: its calls
// with their logs, as callTracer describes them, and what has changed in the state, fees
// included. The limits are those of debug_traceTransaction.
func (api *effectsAPI) Trace(ctx context.Context, hash common.Hash) (txEffects, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	r, err := api.replayToTx(ctx, hash)
	if err != nil {
		return txEffects{}, err
	}
	// The tracer's own difference between the two states takes a contract for
	// destroyed whose destruction was reverted: it is asked only what was touched.
	before := r.state.Copy()
	tracer, timeout := muxTracer, api.limits.TraceTime.String() // all the time there is
	text, err := r.trace(ctx, &traceConfig{
		Tracer:       &tracer,
		Timeout:      &timeout,
		TracerConfig: json.RawMessage(`{"callTracer":{"withLog":true},"prestateTracer":{"disableCode":true,"includeEmpty":true}}`),
	}, api.newBudget())
	if err != nil {
		return txEffects{}, err
	}
	var found struct {
		Calls   tracedCall   `json:"callTracer"`
		Touched touchedState `json:"prestateTracer"`
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return txEffects{}, fmt.Errorf("answer of %s: %w", tracer, err)
	}
	found.Calls.complete()
	effects := txEffects{found.Calls, found.Touched.changes(before, r.state)}
	return effects, errors.Join(before.Error(), r.state.Error())
}

// changes are what is different in the two states.
func (t touchedState) changes(before, after *state.StateDB) []accountDiff {
	changes := []accountDiff{}
	for address, touched := range t {
		change := accountDiff{Address: address, Storage: []slotDiff{}}
		if from, to := before.GetBalance(address), after.GetBalance(address); !from.Eq(to) {
			change.Balance = &balanceDiff{bigQuantity(from), bigQuantity(to)}
		}
		if from, to := before.GetNonce(address), after.GetNonce(address); from != to {
			change.Nonce = &nonceDiff{hexutil.Uint64(from), hexutil.Uint64(to)}
		}
		if from, to := before.GetCode(address), after.GetCode(address); !bytes.Equal(from, to) {
			change.Code = &codeDiff{from, to}
		}
		for slot := range touched.Storage {
			if from, to := before.GetState(address, slot), after.GetState(address, slot); from != to {
				change.Storage = append(change.Storage, slotDiff{slot, from, to})
			}
		}
		if change.Balance == nil && change.Nonce == nil && change.Code == nil && len(change.Storage) == 0 {
			continue
		}
		slices.SortFunc(change.Storage, func(a, b slotDiff) int { return a.Slot.Cmp(b.Slot) })
		changes = append(changes, change)
	}
	slices.SortFunc(changes, func(a, b accountDiff) int { return a.Address.Cmp(b.Address) })
	return changes
}

func bigQuantity(n *uint256.Int) *hexutil.Big { return (*hexutil.Big)(n.ToBig()) }
