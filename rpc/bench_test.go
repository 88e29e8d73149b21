package rpc

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// BenchmarkRequests measures requests without the network: through the whole HTTP
// handler, and through go-ethereum's server alone, which is what the gate costs.
func BenchmarkRequests(b *testing.B) {
	n := newNode(b)
	counter := n.deploy()
	var txs []*types.Transaction
	for i := range 200 {
		txs = append(txs, n.increment(i%9+1, counter))
	}
	block := n.mine(txs...)
	hash := txs[100].Hash()
	for _, r := range []struct{ name, params string }{
		{"eth_blockNumber", ``},
		{"eth_getBalance", fmt.Sprintf(`"%v","latest"`, chaintest.Address(1))},
		{"eth_call", fmt.Sprintf(`{"to":"%v","data":"%v"},"latest"`, counter, selector("count()"))},
		{"eth_estimateGas", fmt.Sprintf(`{"to":"%v","data":"%v"}`, counter, selector("increment()"))},
		{"eth_getBlockByNumber", fmt.Sprintf(`"%v",true`, hexutil.Uint64(block.NumberU64()))},
		{"eth_getTransactionReceipt", fmt.Sprintf(`"%v"`, hash)},
		{"eth_getBlockReceipts", `"latest"`},
		{"eth_getLogs", fmt.Sprintf(`{"fromBlock":"0x0","address":"%v"}`, counter)},
	} {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"%s","params":[%s]}`, r.name, r.params)
		for _, side := range []string{"whole", "server"} {
			handler := map[string]http.Handler{"whole": n.rpc.public.http.Handler, "server": n.rpc.public.server}[side]
			b.Run(r.name+"/"+side, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://127.0.0.1/", strings.NewReader(body))
					request.Header.Set("Content-Type", "application/json")
					answer := httptest.NewRecorder()
					handler.ServeHTTP(answer, request)
					if !strings.Contains(answer.Body.String(), `"result"`) {
						b.Fatal(answer.Body)
					}
				}
			})
		}
	}
}
