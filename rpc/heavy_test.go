package rpc

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// endless makes calls run until they are stopped.
func endless(cfg *Config) {
	cfg.Limits.GasCap, cfg.Limits.EVMTimeout, cfg.Limits.HeavySlots = 0, 0, 1
}

// spin is a request for a call that does not end.
func spin(id int, counter common.Address) string { return callCounter(id, counter, "spin()") }

func callCounter(id int, counter common.Address, function string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"eth_call","params":[{"to":"%v","data":"%v"},"latest"]}`, id, counter, selector(function))
}

// occupy has a call run that does not end, and returns how to end it.
func (n *node) occupy(counter common.Address) (end func()) {
	n.t.Helper()
	before := n.rpc.heavy.long.busy()
	ws := n.openWS()
	n.check(ws.WriteMessage(websocket.TextMessage, []byte(spin(1, counter))))
	n.await("the long call", func() bool { return n.rpc.heavy.long.busy() == before+1 })
	return func() {
		n.check(ws.Close())
		n.await("its end", func() bool { return n.rpc.heavy.long.busy() == before })
	}
}

// TestShortBesideLong: while calls that do not end have all slots, short ones are
// answered, and long ones told that they have waited.
func TestShortBesideLong(t *testing.T) {
	n := newNode(t, endless, func(cfg *Config) { cfg.Limits.HeavyWait = 100 * time.Millisecond })
	n.rpc.heavy.firstTry = 500 * time.Millisecond // short calls are shorter, on any machine
	counter := n.deploy()
	end := n.occupy(counter)
	for range 20 {
		if _, body := n.post(callCounter(1, counter, "count()")); !strings.Contains(body, `"result":"0x000`) {
			t.Fatal(body)
		}
	}
	want := `{"jsonrpc":"2.0","id":7,"error":{"code":-32005,"message":"node is busy: the call has waited for 100ms (see --rpc.heavy-wait)"}}`
	if _, body := n.post(spin(7, counter)); body != want {
		t.Errorf("%s, want %s", body, want)
	}
	if _, body := n.post(strings.Replace(spin(7, counter), `"id":7,`, ``, 1)); body != "" {
		t.Errorf("a notification is answered: %s", body)
	}
	// However its name is written.
	for _, trick := range []string{
		strings.Replace(spin(7, counter), "eth_call", `eth_c\u0061ll`, 1),
		strings.Replace(spin(7, counter), "method", `m\u0065thod`, 1),
		strings.Replace(spin(7, counter), `"method":`, `"method":"eth_chainId","method":`, 1),
	} {
		if _, body := n.post(trick); body != want {
			t.Errorf("%s, want %s", body, want)
		}
	}
	if got := testutil.ToFloat64(n.rpc.gate.metrics.refused.WithLabelValues(refusedWait)); got != 5 {
		t.Errorf("%v refused", got)
	}
	end()
	if _, body := n.post(callCounter(1, counter, "count()")); !strings.Contains(body, `"result":"0x000`) {
		t.Error(body)
	}
}

// TestHeavyQueue: no more calls wait than may.
func TestHeavyQueue(t *testing.T) {
	n := newNode(t, endless, func(cfg *Config) { cfg.Limits.HeavyQueue = 2 })
	counter := n.deploy()
	end := n.occupy(counter)
	var waiting []*websocket.Conn
	for i := range 2 {
		ws := n.openWS()
		n.check(ws.WriteMessage(websocket.TextMessage, []byte(spin(1, counter))))
		n.await("it waits", func() bool { return n.rpc.heavy.long.queued() == i+1 })
		waiting = append(waiting, ws)
	}
	want := `{"jsonrpc":"2.0","id":7,"error":{"code":-32005,"message":"node is busy: 2 calls are waiting (see --rpc.heavy-queue)"}}`
	if _, body := n.post(spin(7, counter)); body != want {
		t.Errorf("%s, want %s", body, want)
	}
	for i, ws := range waiting {
		n.check(ws.Close())
		n.await("it does not wait any more", func() bool { return n.rpc.heavy.long.queued() == 1-i })
	}
	end()
}

// TestClientGoneAnywhere: on every transport calls end when nobody waits for them, also
// those that follow in a batch.
func TestClientGoneAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ipc")
	n := newNode(t, endless, func(cfg *Config) { cfg.IPCPath = path })
	counter := n.deploy()
	one := spin(1, counter)
	many := "[" + askChainID + strings.Repeat(","+one, 50) + "," + askChainID + "]"
	open := map[string]func(message string) (hangUp func() error){
		"HTTP": func(message string) func() error {
			c, err := net.Dial("tcp", n.rpc.Addr().String())
			n.check(err)
			_, err = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(message), message)
			n.check(err)
			return c.Close
		},
		"WebSocket": func(message string) func() error {
			ws := n.openWS()
			n.check(ws.WriteMessage(websocket.TextMessage, []byte(message)))
			return ws.Close
		},
		"IPC": func(message string) func() error {
			c, err := net.Dial("unix", path)
			n.check(err)
			_, err = c.Write([]byte(message))
			n.check(err)
			return c.Close
		},
	}
	for transport, open := range open {
		for what, message := range map[string]string{"call": one, "batch": many, "notification": strings.Replace(one, `"id":1,`, ``, 1)} {
			t.Run(transport+" "+what, func(t *testing.T) {
				hangUp := open(message)
				n.await("the call", func() bool { return n.rpc.heavy.long.busy() == 1 })
				n.check(hangUp())
				n.await("its end", func() bool {
					return n.rpc.heavy.long.busy()+n.rpc.heavy.short.busy() == 0 && gauge(t, n.rpc.gate.metrics.inFlight) == 0
				})
			})
		}
	}
	// As many calls as a connection may have: it is seen to end all the same.
	ws := n.openWS()
	for id := range n.rpc.cfg.Limits.ConnRequests {
		n.check(ws.WriteMessage(websocket.TextMessage, []byte(spin(id, counter))))
	}
	n.await("all are there", func() bool { return gauge(t, n.rpc.gate.metrics.inFlight) == float64(n.rpc.cfg.Limits.ConnRequests) })
	n.check(ws.Close())
	n.await("their end", func() bool { return gauge(t, n.rpc.gate.metrics.inFlight) == 0 })
	if left := goroutines("rpc.(*conn)"); left != "" {
		await(t, "the connections' ends", func() bool { return goroutines("rpc.(*conn)") == "" })
	}
}

// TestHeavyBatch: light and heavy requests of a batch are answered in its order.
func TestHeavyBatch(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.EVMTimeout, cfg.Limits.GasCap = 500*time.Millisecond, 0 }) // short calls are shorter
	counter := n.deploy()
	count := callCounter(2, counter, "count()")
	silent := strings.Replace(count, `"id":2,`, ``, 1)
	body := `[` + strings.Join([]string{askChainID, silent, count, spin(3, counter), `7`, askChainID, askChainID, ` {"id":4} `, count}, ",") + `]`
	zero := strings.Repeat("0", 64)
	want := `[` + strings.Join([]string{
		`{"jsonrpc":"2.0","id":1,"result":"0x1092"}`,
		`{"jsonrpc":"2.0","id":2,"result":"0x` + zero + `"}`,
		`{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"execution aborted (timeout = 500ms) (see --rpc.evmtimeout)"}}`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}`,
		`{"jsonrpc":"2.0","id":1,"result":"0x1092"}`,
		`{"jsonrpc":"2.0","id":1,"result":"0x1092"}`,
		`{"jsonrpc":"2.0","id":4,"error":{"code":-32600,"message":"invalid request"}}`,
		`{"jsonrpc":"2.0","id":2,"result":"0x` + zero + `"}`,
	}, ",") + `]`
	if _, got := n.post(body); got != want {
		t.Errorf("over HTTP\n%s\nwant\n%s", got, want)
	}
	ws := n.openWS()
	if got := n.say(ws, body); got != want {
		t.Errorf("over WebSocket\n%s\nwant\n%s", got, want)
	}
	if response, got := n.post("[" + silent + "]"); response.StatusCode != http.StatusOK || got != "" {
		t.Errorf("notifications: %s %s", response.Status, got)
	}
	if response, got := n.post(body, header("Content-Type", "text/plain")); response.StatusCode != http.StatusUnsupportedMediaType || got != "invalid content type, only application/json is supported\n" {
		t.Errorf("a form: %s %q", response.Status, got)
	}
}

// TestHeavyBatchLimits: what a batch has not run when its time or space is used up is
// answered with why.
func TestHeavyBatchLimits(t *testing.T) {
	n := newNode(t, func(cfg *Config) {
		cfg.Limits.GasCap, cfg.Limits.EVMTimeout, cfg.Limits.WriteTimeout = 0, 0, 2*time.Second
		cfg.Limits.BatchResponse = 500
	})
	counter := n.deploy()
	count := callCounter(2, counter, "count()")
	for name, test := range map[string]struct {
		body string
		good int
		want string
	}{
		"time":  {`[` + count + `,` + spin(3, counter) + `,` + count + `,` + askChainID + `]`, 1, "request timed out: the limit is 2s (see --http.write-timeout)"},
		"space": {`[` + strings.Repeat(count+",", 9) + askChainID + `]`, 5, "response too large: the limit for a batch is 500 bytes (see --rpc.batch-response-max-size)"},
	} {
		var overHTTP, overWS []struct{ Error *codedError }
		_, body := n.post(test.body)
		n.check(json.Unmarshal([]byte(body), &overHTTP))
		n.check(json.Unmarshal([]byte(n.say(n.openWS(), test.body)), &overWS))
		for _, answers := range [][]struct{ Error *codedError }{overHTTP, overWS} {
			if len(answers) != strings.Count(test.body, `"id"`) {
				t.Errorf("%s: %d answers", name, len(answers))
			}
			for i, a := range answers {
				if (a.Error == nil) != (i < test.good) || a.Error != nil && a.Error.Message != test.want {
					t.Errorf("%s: answer %d is %+v", name, i, a.Error)
				}
			}
		}
	}
}

// TestResponseLimit: an answer that is too large is not sent.
func TestResponseLimit(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.Response = 1000 })
	want := `{"jsonrpc":"2.0","id":"x","error":{"code":-32003,"message":"response too large: the limit is 1000 bytes (see --rpc.response-max-size)"}}`
	ws := n.openWS()
	for _, request := range []string{
		`{"jsonrpc":"2.0","id":"x","method":"eth_getBlockByNumber","params":["latest",false]}`,                                                                          // light
		`{"jsonrpc":"2.0","id":"x","method":"eth_getProof","params":["` + stranger.Hex() + `",["0x1","0x2","0x3","0x4","0x5","0x6","0x7","0x8","0x9","0xa"],"latest"]}`, // heavy
	} {
		if _, body := n.post(request); body != want {
			t.Errorf("over HTTP %s", body)
		}
		if answer := n.say(ws, request); answer != want {
			t.Errorf("over WebSocket %s", answer)
		}
	}
	if got := testutil.ToFloat64(n.rpc.gate.metrics.refused.WithLabelValues(refusedResponse)); got != 4 {
		t.Errorf("%v refused", got)
	}
}
