package rpc

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// changes polls a filter until it has as many results as wanted.
func changes[T any](n *node, id string, want int) (results []T) {
	n.t.Helper()
	n.await(fmt.Sprintf("%d results", want), func() bool {
		results = append(results, get[[]T](n, "eth_getFilterChanges", id)...)
		return len(results) >= want
	})
	if len(results) != want {
		n.t.Errorf("%d results, want %d", len(results), want)
	}
	return results
}

func TestPolledFilters(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	blocks := get[string](n, "eth_newBlockFilter")
	logs := get[string](n, "eth_newFilter", map[string]any{"address": counter, "topics": []any{nil, common.BytesToHash(chaintest.Address(1).Bytes())}})
	hashes := get[string](n, "eth_newPendingTransactionFilter")
	bodies := get[string](n, "eth_newPendingTransactionFilter", true)

	tx := n.increment(1, counter)
	n.send(tx)
	if got := changes[common.Hash](n, hashes, 1); got[0] != tx.Hash() {
		t.Errorf("pending transaction %x", got[0])
	}
	if got := changes[*types.Transaction](n, bodies, 1); got[0].Hash() != tx.Hash() {
		t.Errorf("pending transaction in full %x", got[0].Hash())
	}
	block := n.mine(tx, n.increment(2, counter))
	n.await("the block", func() bool { // an earlier one may come first
		return slices.Contains(get[[]common.Hash](n, "eth_getFilterChanges", blocks), block.Hash())
	})
	if got := changes[types.Log](n, logs, 1); got[0].TxHash != tx.Hash() || got[0].BlockHash != block.Hash() {
		t.Errorf("log %+v", got[0])
	}
	if again := get[[]any](n, "eth_getFilterChanges", logs); len(again) != 0 {
		t.Errorf("the same again: %v", again)
	}
	if all := get[[]types.Log](n, "eth_getFilterLogs", logs); len(all) != 1 {
		t.Errorf("%d logs in the chain", len(all))
	}
	_, err := n.ask("eth_getFilterLogs", blocks)
	wantError(t, err, codeServer, "filter not found")
	for _, id := range []string{blocks, logs, hashes, bodies} {
		if !get[bool](n, "eth_uninstallFilter", id) {
			t.Errorf("filter %s was not there", id)
		}
	}
	_, err = n.ask("eth_getFilterChanges", logs)
	wantError(t, err, codeServer, "filter not found: one that is not polled for 5m0s is removed (see --rpc.filter-timeout)")
}

func TestFilterTimeout(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.FilterTimeout = 50 * time.Millisecond })
	id := get[string](n, "eth_newBlockFilter")
	n.await("the filter is removed", func() bool {
		n.rpc.filters.mu.Lock()
		defer n.rpc.filters.mu.Unlock()
		return len(n.rpc.filters.filters) == 0
	})
	_, err := n.ask("eth_getFilterChanges", id)
	wantError(t, err, codeServer, "filter not found")
}

func TestFilterLimit(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.Filters = 2 })
	first := get[string](n, "eth_newBlockFilter")
	get[string](n, "eth_newFilter", map[string]any{})
	_, err := n.ask("eth_newBlockFilter")
	wantError(t, err, codeLimit, "too many filters: the limit is 2 (see --rpc.filter-limit)")
	get[bool](n, "eth_uninstallFilter", first)
	get[string](n, "eth_newBlockFilter")
}

func TestFilterBacklog(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.FilterBacklog = 3 })
	id := get[string](n, "eth_newBlockFilter")
	n.mineEmpty(4)
	n.await("overrun", func() bool {
		n.rpc.filters.mu.Lock()
		defer n.rpc.filters.mu.Unlock()
		return n.rpc.filters.filters[rpc.ID(id)].overrun
	})
	_, err := n.ask("eth_getFilterChanges", id)
	wantError(t, err, codeServer, "filter overrun: more than 3 results were waiting, most of them here (see --rpc.filter-backlog)")
	block := n.mine()
	n.await("the block after the overrun", func() bool {
		return slices.Contains(get[[]common.Hash](n, "eth_getFilterChanges", id), block.Hash())
	})
}

// TestLogRange: go-ethereum's own limit would refuse a range up to the head.
func TestLogRange(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.LogRange, cfg.Limits.LogQuery = 5, 2 })
	n.mineEmpty(6)
	for from, fine := range map[string]bool{"0x2": true, "0x1": false, "earliest": false, "latest": true} {
		for _, to := range []any{"latest", nil, "0x6"} {
			if from == "latest" && to == "0x6" {
				continue // an error in geth too, also if that is the head
			}
			_, err := n.ask("eth_getLogs", map[string]any{"fromBlock": from, "toBlock": to})
			if fine && err != nil {
				t.Errorf("from %s: %v", from, err)
			} else if !fine {
				wantError(t, err, codeInvalidParams, "exceed maximum block range 5 (see --rpc.rangelimit)")
			}
		}
	}
	many := []any{unknownHash, unknownHash, unknownHash}
	_, err := n.ask("eth_getLogs", map[string]any{"topics": []any{many}})
	wantError(t, err, codeInvalidParams, "exceed max addresses or topics per search position (see --rpc.logquerylimit)")
	_, err = n.ask("eth_newFilter", map[string]any{"address": []any{stranger, stranger, stranger}})
	wantError(t, err, codeInvalidParams, "exceed max addresses or topics per search position")
}

// subscription to something, as JSON.
func (n *node) subscribe(client *rpc.Client, args ...any) (<-chan json.RawMessage, *rpc.ClientSubscription) {
	n.t.Helper()
	ch := make(chan json.RawMessage, 100)
	sub, err := client.EthSubscribe(n.t.Context(), ch, args...)
	n.check(err)
	return ch, sub
}

// receiveHead waits for the announcement of a block. That of an earlier one may still
// be on its way when a client subscribes.
func receiveHead(t *testing.T, heads <-chan json.RawMessage, want *types.Block) json.RawMessage {
	t.Helper()
	for {
		announced := receive(t, "head", heads)
		var head types.Header
		if err := json.Unmarshal(announced, &head); err != nil {
			t.Fatal(err)
		}
		if head.Hash() == want.Hash() {
			return announced
		}
		if head.Number.Cmp(want.Number()) >= 0 {
			t.Fatalf("block %v (%x) announced, want block %d", head.Number, head.Hash(), want.NumberU64())
		}
	}
}

func TestSubscriptions(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	client := n.dialWS()
	heads, _ := n.subscribe(client, "newHeads")
	logs, _ := n.subscribe(client, "logs", map[string]any{"address": counter})
	hashes, _ := n.subscribe(client, "newPendingTransactions")
	bodies, _ := n.subscribe(client, "newPendingTransactions", true)
	tx := n.increment(1, counter)
	receipts, _ := n.subscribe(client, "transactionReceipts", map[string]any{"transactionHashes": []any{tx.Hash()}})

	n.send(tx)
	if got := receive(t, "hash", hashes); string(got) != `"`+tx.Hash().Hex()+`"` {
		t.Errorf("pending transaction %s", got)
	}
	if fault := contains(receive(t, "body", bodies), json.RawMessage(`{"hash":"`+tx.Hash().Hex()+`","blockHash":null,"type":"0x2"}`)); fault != "" {
		t.Error(fault)
	}
	block := n.mine(tx)
	want := fmt.Sprintf(`{"number":"0x2","hash":"%#x","withdrawalsRoot":"%#x"}`, block.Hash(), *block.Header().WithdrawalsHash)
	if fault := contains(receiveHead(t, heads, block), json.RawMessage(want)); fault != "" {
		t.Error(fault)
	}
	if fault := contains(receive(t, "log", logs), json.RawMessage(`{"transactionHash":"`+tx.Hash().Hex()+`","removed":false}`)); fault != "" {
		t.Error(fault)
	}
	if fault := contains(receive(t, "receipts", receipts), json.RawMessage(`[{"transactionHash":"`+tx.Hash().Hex()+`","status":"0x1"}]`)); fault != "" {
		t.Error(fault)
	}
	for _, test := range []struct {
		code int
		err  string
		args []any
	}{
		{-32601, `no "nothing" subscription in eth namespace`, []any{"nothing"}},
		{codeInvalidParams, "expected subscription name as first argument", []any{7}},
		{codeInvalidParams, "invalid argument 1", []any{"logs", "all"}},
		{codeInvalidParams, "invalid block range params", []any{"logs", map[string]any{"fromBlock": "0x9", "toBlock": "0x1"}}},
		{codeInvalidParams, "exceed max number of transaction hashes", []any{"transactionReceipts", map[string]any{"transactionHashes": make([]common.Hash, 201)}}},
	} {
		_, err := client.EthSubscribe(t.Context(), make(chan json.RawMessage), test.args...)
		wantError(t, err, test.code, test.err)
	}
}

// TestReorgEvents: logs of blocks that a heavier branch replaces are taken back.
func TestReorgEvents(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	fork := n.head()
	client := n.dialWS()
	heads, _ := n.subscribe(client, "newHeads")
	logs, _ := n.subscribe(client, "logs", map[string]any{"address": counter})
	dropped := n.increment(1, counter)
	receiveHead(t, heads, n.mine(dropped))
	receive(t, "log", logs)

	first := n.mineOn(fork)
	second := n.mineOn(first)
	if n.head().Hash() != second.Hash() {
		t.Fatal("no reorg")
	}
	if fault := contains(receive(t, "removed log", logs), json.RawMessage(`{"transactionHash":"`+dropped.Hash().Hex()+`","removed":true}`)); fault != "" {
		t.Error(fault)
	}
	receiveHead(t, heads, first)
	receiveHead(t, heads, second)
	n.await("the transaction is pending again", func() bool {
		receipt := get[any](n, "eth_getTransactionReceipt", dropped.Hash())
		tx := get[map[string]any](n, "eth_getTransactionByHash", dropped.Hash())
		return receipt == nil && tx != nil && tx["blockHash"] == nil
	})
	_, err := n.ask("eth_getBalance", stranger, map[string]any{"blockHash": fork.Hash(), "requireCanonical": true})
	n.check(err)
	old := n.chain.GetBlockByNumber(2)
	if old.Hash() != first.Hash() {
		t.Error("block 2 is not the new one")
	}
}

// TestNotCanonical: EIP-1898 lets a client insist on the main chain.
func TestNotCanonical(t *testing.T) {
	n := newNode(t)
	parent := n.head()
	left := n.mineOn(parent, n.transfer(1))
	n.mineOn(n.mineOn(parent))
	at := func(canonical bool) map[string]any {
		return map[string]any{"blockHash": left.Hash(), "requireCanonical": canonical}
	}
	for _, ask := range []func(any) error{
		func(block any) error { _, err := n.ask("eth_getBalance", stranger, block); return err },
		func(block any) error { _, err := n.ask("eth_getBlockReceipts", block); return err },
	} {
		n.check(ask(at(false)))
		wantError(t, ask(at(true)), codeServer, "hash is not currently canonical")
	}
	if number := get[map[string]any](n, "eth_getBlockByHash", left.Hash(), false)["number"]; number != "0x1" {
		t.Errorf("block of the branch left: %v", number)
	}
}

func TestUnsubscribe(t *testing.T) {
	registry := prometheus.NewRegistry()
	n := newNode(t, func(cfg *Config) { cfg.Registerer = registry; cfg.Limits.ConnSubscriptions = 2 })
	client := n.dialWS()
	heads, sub := n.subscribe(client, "newHeads")
	n.subscribe(client, "logs", map[string]any{})
	_, err := client.EthSubscribe(t.Context(), make(chan json.RawMessage), "newHeads")
	wantError(t, err, codeLimit, "too many subscriptions on this connection: the limit is 2 (see --ws.subscription-limit)")
	n.subscribe(n.dialWS(), "newHeads") // another connection has its own
	get[rpc.ID](n, "eth_newBlockFilter")
	counts := map[string]float64{"monolith_rpc_filters": 1, "monolith_rpc_subscriptions": 3}
	families, err := registry.Gather()
	n.check(err)
	for _, family := range families {
		if want, ok := counts[family.GetName()]; ok && family.GetMetric()[0].GetGauge().GetValue() != want {
			t.Errorf("%v, want %v", family, want)
		}
		delete(counts, family.GetName())
	}
	if len(counts) > 0 {
		t.Errorf("missing: %v", counts)
	}

	receiveHead(t, heads, n.mine())
	sub.Unsubscribe()
	n.await("the subscription's end", func() bool {
		id := ""
		err := client.CallContext(t.Context(), &id, "eth_subscribe", "newHeads")
		return err == nil
	})
	n.mine()
	select {
	case head := <-heads:
		t.Errorf("after the end: %s", head)
	default:
	}
}

// TestPendingState: calls and estimates see what is in the pool.
func TestPendingState(t *testing.T) {
	n := newNode(t)
	counter := n.deploy()
	n.send(n.increment(1, counter))
	call := map[string]any{"to": counter, "data": selector("count()")}
	n.await("the pending block follows", func() bool {
		return get[common.Hash](n, "eth_call", call, "pending") == common.BigToHash(common.Big1)
	})
	if latest := get[common.Hash](n, "eth_call", call, "latest"); latest != (common.Hash{}) {
		t.Errorf("latest count %x", latest)
	}
	block := get[map[string]any](n, "eth_getBlockByNumber", "pending", true)
	if txs, _ := block["transactions"].([]any); len(txs) != 1 {
		t.Errorf("pending block %v", block)
	}
}
