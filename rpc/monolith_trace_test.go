package rpc

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// tracerDiff is the answer of prestateTracer in its difference mode.
type tracerDiff struct {
	Pre, Post map[common.Address]tracerAccount
}

type tracerAccount struct {
	Balance *hexutil.Big
	Nonce   uint64
	Code    *hexutil.Bytes
	Storage map[common.Hash]common.Hash
}

// changes are the difference as monolith_trace describes it.
func (d tracerDiff) changes() []accountDiff {
	changes := []accountDiff{}
	for address, post := range d.Post {
		pre, change := d.Pre[address], accountDiff{Address: address, Storage: []slotDiff{}}
		if post.Balance != nil {
			if pre.Balance == nil {
				pre.Balance = new(hexutil.Big)
			}
			change.Balance = &balanceDiff{pre.Balance, post.Balance}
		}
		if post.Nonce != 0 {
			change.Nonce = &nonceDiff{hexutil.Uint64(pre.Nonce), hexutil.Uint64(post.Nonce)}
		}
		if post.Code != nil {
			if pre.Code == nil {
				pre.Code = &hexutil.Bytes{}
			}
			change.Code = &codeDiff{*pre.Code, *post.Code}
		}
		for slot, to := range post.Storage {
			change.Storage = append(change.Storage, slotDiff{slot, pre.Storage[slot], to})
		}
		for slot, from := range pre.Storage {
			if _, changed := post.Storage[slot]; !changed {
				change.Storage = append(change.Storage, slotDiff{slot, from, common.Hash{}})
			}
		}
		slices.SortFunc(change.Storage, func(a, b slotDiff) int { return a.Slot.Cmp(b.Slot) })
		if change.Balance == nil && change.Nonce == nil && change.Code == nil && len(change.Storage) == 0 {
			continue // of the hash of no code: a creation has failed
		}
		changes = append(changes, change)
	}
	slices.SortFunc(changes, func(a, b accountDiff) int { return a.Address.Cmp(b.Address) })
	return changes
}

// TestTrace compares calls and changes with what go-ethereum's two tracers find one after
// the other: in a deployment, in calls that log, clear a slot, revert and fail, and in a
// delegation that is set and taken back.
func TestTrace(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	clearing := n.deployCode(program.New().Op(vm.CALLDATASIZE).Push(1).Op(vm.SSTORE).Bytes())
	delegator := chaintest.Address(3)
	n.mine(n.increment(0, counter), n.transfer(1),
		n.tx(2, types.DynamicFeeTx{To: &counter, Data: selector("refuse()")}),
		n.tx(2, types.DynamicFeeTx{Data: []byte{byte(vm.PUSH1), 0, byte(vm.JUMP)}}),
		n.tx(2, types.DynamicFeeTx{To: &clearing, Data: []byte{1, 2}}), n.tx(2, types.DynamicFeeTx{To: &clearing}),
		n.delegate(3, counter), n.tx(1, types.DynamicFeeTx{To: &delegator, Data: selector("increment()")}),
		n.delegate(3, common.Address{}))
	for number := range n.head().NumberU64() {
		for _, tx := range n.chain.GetBlockByNumber(number + 1).Transactions() {
			effects := get[txEffects](n, "monolith_trace", tx.Hash())
			calls := get[tracedCall](n, "debug_traceTransaction", tx.Hash(), object{"tracer": callTracer, "tracerConfig": object{"withLog": true}})
			calls.complete()
			if have, want := toJSON(t, effects.Calls), toJSON(t, calls); have != want {
				t.Errorf("calls %s\nare %s", have, want)
			}
			diff := get[tracerDiff](n, "debug_traceTransaction", tx.Hash(), object{"tracer": "prestateTracer", "tracerConfig": object{"diffMode": true}})
			if have, want := toJSON(t, effects.State), toJSON(t, diff.changes()); have != want {
				t.Errorf("changes %s\nare %s", have, want)
			}
		}
	}
}

// deployCode mines a contract with the given code.
func (n *node) deployCode(code []byte) common.Address {
	n.t.Helper()
	tx := n.tx(0, types.DynamicFeeTx{Data: program.New().ReturnViaCodeCopy(code).Bytes()})
	n.mine(tx)
	return crypto.CreateAddress(chaintest.Address(0), tx.Nonce())
}

func toJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTraceRevertedDestruction: a contract makes another one, and has it destroy itself in
// a call that it reverts. The other one is still there.
func TestTraceRevertedDestruction(t *testing.T) {
	n := newNode(t)
	made := program.New().ReturnViaCodeCopy(program.New().Selfdestruct(stranger).Bytes()).Bytes()
	// Called with an address, it calls that and reverts.
	reverting := program.New().Push(0).Op(vm.DUP1, vm.DUP1, vm.DUP1, vm.DUP1, vm.DUP1, vm.CALLDATALOAD, vm.GAS, vm.CALL).Push(0).Op(vm.DUP1, vm.REVERT).Bytes()
	// Called with nothing, it makes the contract and calls itself with its address.
	code := append([]byte{byte(vm.CALLDATASIZE), byte(vm.ISZERO), byte(vm.PUSH1), byte(5 + len(reverting)), byte(vm.JUMPI)}, reverting...)
	code = append(code, program.New().Op(vm.JUMPDEST).Mstore(made, 0).Push(len(made)).Push(0).Push(0).Op(vm.CREATE).Push(0).Op(vm.MSTORE).
		Push(0).Push(0).Push(32).Push(0).Push(0).Op(vm.ADDRESS, vm.GAS, vm.CALL).Bytes()...)
	factory := n.deployCode(code)
	child := crypto.CreateAddress(factory, 1)
	tx := n.tx(0, types.DynamicFeeTx{To: &factory})
	n.mine(tx)

	effects := get[txEffects](n, "monolith_trace", tx.Hash())
	if len(effects.Calls.Calls) != 2 || effects.Calls.Calls[1].Error == "" || len(effects.Calls.Calls[1].Calls) != 1 ||
		effects.Calls.Calls[1].Calls[0].Calls[0].Type != "SELFDESTRUCT" {
		t.Fatalf("calls %s", toJSON(t, effects.Calls))
	}
	i := slices.IndexFunc(effects.State, func(change accountDiff) bool { return change.Address == child })
	if i < 0 || effects.State[i].Nonce == nil || effects.State[i].Code == nil {
		t.Errorf("changes %s", toJSON(t, effects.State))
	}
}

// TestTraceTooMuch: what a transaction's calls copy, and the time that they take, are
// limited.
func TestTraceTooMuch(t *testing.T) {
	n := newNode(t)
	contract := n.deployCode(greedy)
	tx := n.tx(0, types.DynamicFeeTx{To: &contract, Gas: 10_000_000})
	n.mine(tx)
	for want, change := range map[string]func(*Limits){
		"trace is larger than 1048576 bytes (see --rpc.response-max-size)": func(l *Limits) { l.Response = 1 << 20 },
		"tracing took longer than 1ns (see --rpc.trace-timeout)":           func(l *Limits) { l.TraceTime = time.Nanosecond },
	} {
		limited := n.dial("http://" + n.serve(func(cfg *Config) { change(&cfg.Limits) }).Addr().String())
		_, err := ask(t, limited, "monolith_trace", tx.Hash())
		wantError(t, err, codeServer, want)
	}
}
