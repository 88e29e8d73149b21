package rpc

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

const (
	loaders       = 32  // connections that load the node
	importTxs     = 20  // transactions in each block imported meanwhile
	importBlocks  = 100 // how many blocks there are to import
	importPause   = 100 * time.Millisecond
	askPause      = time.Millisecond
	fairBenchTime = 4 * time.Second
)

// BenchmarkFairness measures what a client that asks for the block number, and the
// import of blocks, notice of heavy calls on 32 other connections: not what it costs
// but how long it takes, at the median and in the worst hundredth.
func BenchmarkFairness(b *testing.B) {
	b.Run("alone", func(b *testing.B) { benchmarkFairness(b, "", 0) })
	for _, load := range []string{"short eth_call", "eth_call", "eth_getLogs", "debug_traceCall"} {
		b.Run(strings.ReplaceAll(load, " ", "_"), func(b *testing.B) {
			b.Run("any", func(b *testing.B) { benchmarkFairness(b, load, 1000) })
			b.Run("slots", func(b *testing.B) { benchmarkFairness(b, load, 0) })
		})
	}
}

func benchmarkFairness(b *testing.B, load string, slots int) {
	n := newNode(b, func(cfg *Config) {
		cfg.Limits.HeavySlots = slots
		if slices.Contains(publicNamespaces(), "debug") {
			cfg.API = append(cfg.API, "debug")
		}
	})
	counter := n.deploy()
	for range 10 {
		var txs []*types.Transaction
		for i := range importTxs {
			txs = append(txs, n.increment(i%9+1, counter))
		}
		n.mine(txs...)
	}
	blocks := n.builder.Chain(n.head(), importBlocks, func(int) chaintest.Spec {
		var txs []*types.Transaction
		for i := range importTxs {
			txs = append(txs, n.increment(i%9+1, counter))
		}
		return chaintest.Spec{Coinbase: etherbase, Txs: txs}
	})
	body := map[string]string{
		"short eth_call":  fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"%v","data":"%v"},"latest"]}`, counter, selector("count()")),
		"eth_call":        fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"%v","data":"%v"},"latest"]}`, counter, selector("spin()")),
		"eth_getLogs":     fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0","address":"%v"}]}`, counter),
		"debug_traceCall": fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"debug_traceCall","params":[{"to":"%v","data":"%v","gas":"0x4c4b40"},"latest",{"tracer":"prestateTracer"}]}`, counter, selector("spin()")),
	}[load]

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loaders + 1}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(b.Context())
	var loops sync.WaitGroup
	var mu sync.Mutex
	answered := 0
	if load != "" {
		for range loaders {
			loops.Go(func() {
				for ctx.Err() == nil {
					if benchPost(ctx, client, n, body) {
						mu.Lock()
						answered++
						mu.Unlock()
					}
				}
			})
		}
	}
	var imports []time.Duration
	loops.Go(func() {
		for _, block := range blocks {
			select {
			case <-ctx.Done():
				return
			case <-time.After(importPause):
			}
			start := time.Now()
			_, err := n.chain.InsertBlocks(b.Context(), types.Blocks{block})
			if err != nil {
				b.Error(err)
				return
			}
			imports = append(imports, time.Since(start))
		}
	})
	var asked []time.Duration
	start := time.Now()
	for b.Loop() { // one pass is the whole measurement
		for time.Since(start) < fairBenchTime {
			at := time.Now()
			benchPost(ctx, client, n, `{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}`)
			asked = append(asked, time.Since(at))
			<-time.After(askPause)
		}
	}
	took := time.Since(start)
	cancel()
	loops.Wait()
	report := func(what string, times []time.Duration) {
		slices.Sort(times)
		b.ReportMetric(times[len(times)/2].Seconds()*1000, what+"-p50-ms")
		b.ReportMetric(times[len(times)*99/100].Seconds()*1000, what+"-p99-ms")
	}
	report("ask", asked)
	report("import", imports)
	b.ReportMetric(float64(answered)/took.Seconds(), "load/s")
	b.ReportMetric(0, "ns/op")
}

// benchPost sends a request over a kept connection; false is an error status.
func benchPost(ctx context.Context, client *http.Client, n *node, body string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.rpc.Addr().String(), strings.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && response.StatusCode == http.StatusOK
}
