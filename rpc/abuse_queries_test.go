package rpc

import (
	"testing"

	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// TestLogResults: a query that finds too much is refused, whichever way it searches.
func TestLogResults(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.LogResults = 5 })
	counter := n.deploy()
	for range 3 {
		n.mine(n.increment(1, counter), n.increment(2, counter))
	}
	want := "more than 5 logs found: ask for fewer blocks (see --rpc.logresultlimit)"
	for name, query := range map[string]map[string]any{
		"by address": {"fromBlock": "0x0", "address": counter},
		"by topic":   {"fromBlock": "0x0", "topics": []any{nil, common.LeftPadBytes(nil, 0)}},
		"all":        {"fromBlock": "0x0"},
	} {
		if name == "by topic" {
			query["topics"] = []any{[]common.Hash{n.topic(counter)}}
		}
		_, err := n.ask("eth_getLogs", query)
		wantError(t, err, codeLimit, want)
		query["fromBlock"] = "0x3"
		if logs := get[[]any](n, "eth_getLogs", query); len(logs) != 4 {
			t.Errorf("%s: %d logs", name, len(logs))
		}
	}
	if n.refusals("log_results") != 3 {
		t.Errorf("%v refused", n.refusals("log_results"))
	}
}

// topic is the first of the counter's last log.
func (n *node) topic(counter common.Address) common.Hash {
	logs := get[[]types.Log](n, "eth_getLogs", map[string]any{"address": counter, "fromBlock": "latest"})
	return logs[0].Topics[0]
}

// TestClientFilters: one client cannot have all the filters.
func TestClientFilters(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.Filters, cfg.Limits.ClientFilters = 3, 2 })
	ids := []string{get[string](n, "eth_newBlockFilter"), get[string](n, "eth_newPendingTransactionFilter")}
	_, err := n.ask("eth_newFilter", map[string]any{})
	wantError(t, err, codeLimit, "too many filters of 127.0.0.1: the limit is 2 (see --rpc.client-filter-limit)")
	newFilter := `{"jsonrpc":"2.0","id":1,"method":"eth_newBlockFilter"}`
	if _, body := n.rawPost(n.tcp("127.0.0.2"), newFilter); !strings.Contains(body, "result") {
		t.Error(body)
	}
	if _, body := n.rawPost(n.tcp("127.0.0.3"), newFilter); !strings.Contains(body, "too many filters: the limit is 3 (see --rpc.filter-limit)") {
		t.Error(body)
	}
	if !get[bool](n, "eth_uninstallFilter", ids[0]) {
		t.Error("no such filter")
	}
	get[string](n, "eth_newBlockFilter")
	if n.refusals("filters") != 1 || n.refusals("client_filters") != 1 {
		t.Error("not counted")
	}
}

// TestFullestFilter: results that nobody fetches cost the filter they wait in.
func TestFullestFilter(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.FilterBacklog = 10 })
	idle, polled := get[string](n, "eth_newBlockFilter"), get[string](n, "eth_newBlockFilter")
	for range 30 {
		block := n.mine()
		n.await("the block", func() bool {
			changes := get[[]common.Hash](n, "eth_getFilterChanges", polled)
			return len(changes) == 1 && changes[0] == block.Hash()
		})
	}
	_, err := n.ask("eth_getFilterChanges", idle)
	wantError(t, err, codeServer, "filter overrun: more than 10 results were waiting, most of them here (see --rpc.filter-backlog)")
	if n.refusals("filter_backlog") != 1 {
		t.Error("not counted")
	}
	if n.rpc.filters.backlog != 0 {
		t.Errorf("%d results are counted still", n.rpc.filters.backlog)
	}
}
