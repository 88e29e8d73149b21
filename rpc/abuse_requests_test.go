package rpc

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/gorilla/websocket"
)

// TestBomb: a small request cannot become a large one.
func TestBomb(t *testing.T) {
	n, log := watched(t)
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, err := w.Write(make([]byte, 100<<20))
	n.check(errors.Join(err, w.Close()))
	response, body := n.post(bomb.String(), header("Content-Encoding", "gzip"))
	if response.StatusCode != http.StatusUnsupportedMediaType || body != "compressed requests are not accepted: send them as they are\n" {
		t.Errorf("%s %s", response.Status, body)
	}
	if n.refusals(refusedEncoding) != 1 {
		t.Error("not counted")
	}
	n.unharmed(log)
}

// TestDeepJSON: nesting and surplus parameters are refused, not followed.
func TestDeepJSON(t *testing.T) {
	n, log := watched(t)
	ws := n.openWS()
	nested := func(depth int) string {
		return `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
	}
	for request, want := range map[string]string{
		nested(1_000_000): `"error":{"code":-32700,"message":"parse error"`,
		nested(5_000):     `"error":{"code":-32602`,
		`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[` + strings.Repeat("0,", 500_000) + `0]}`: `"error":{"code":-32602`,
		`{"jsonrpc":"2.0","id":` + strings.Repeat("9", 100_000) + `,"method":"eth_chainId"}`:             `"result":"0x1092"`,
		strings.Repeat("[", 1_000_000): `"error":{"code":-32700,"message":"parse error"`,
	} {
		if _, body := n.post(request); !strings.Contains(body, want) {
			t.Errorf("over HTTP %.60s: %.300s, want %s", request, body, want)
		}
		if answer := n.say(ws, request); !strings.Contains(answer, want) {
			t.Errorf("over WebSocket %.60s: %.300s, want %s", request, answer, want)
		}
	}
	n.check(ws.Close())
	n.unharmed(log)
}

// TestRequestFlood: no more requests are worked on than may, of all clients together.
func TestRequestFlood(t *testing.T) {
	n, log := watched(t, endless, func(cfg *Config) { cfg.Limits.Requests = 3 })
	counter := n.deploy()
	ws := n.openWS()
	for id := range 3 {
		n.check(ws.WriteMessage(websocket.TextMessage, []byte(spin(id, counter))))
	}
	n.await("they are there", func() bool { return n.rpc.gate.metrics.open.Load() == 3 })
	want := `{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"node is busy: the limit is 3 requests at a time (see --rpc.request-limit)"}}`
	if _, body := n.post(askChainID); body != want {
		t.Errorf("over HTTP %s", body)
	}
	other := n.openWS()
	if answer := n.say(other, askChainID); answer != want {
		t.Errorf("over WebSocket %s", answer)
	}
	if n.refusals(refusedRequests) != 2 {
		t.Error("not counted")
	}
	n.check(errors.Join(ws.Close(), other.Close()))
	n.await("their end", func() bool { return n.rpc.gate.metrics.open.Load() == 0 })
	n.unharmed(log)
}

// TestMemory: large requests and unread answers of many clients do not pile up.
func TestMemory(t *testing.T) {
	n, log := watched(t, func(cfg *Config) {
		cfg.Limits.Body, cfg.Limits.Memory = 1<<20, 2<<20+smallFrame
	})
	// Two that send a large request, but not to its end.
	var slow []net.Conn
	for range 2 {
		c := n.tcp("127.0.0.1")
		slow = append(slow, c)
		_, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", 1<<20, strings.Repeat(" ", smallFrame))
		n.check(err)
	}
	n.await("they have the memory", func() bool { return n.rpc.gate.memory.used.Load() == 2<<20 })
	want := fmt.Sprintf(`{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"node is busy: requests and answers take up %d bytes (see --rpc.memory-limit)"}}`, 2<<20+smallFrame)
	large := strings.Repeat(" ", 2*smallFrame) + askChainID
	if response, body := n.post(large); response.StatusCode != http.StatusServiceUnavailable || body != want {
		t.Errorf("over HTTP %s %s", response.Status, body)
	}
	ws := n.openWS()
	if answer := n.say(ws, large); answer != want {
		t.Errorf("over WebSocket %s", answer)
	}
	if answer := n.say(ws, askChainID); !strings.Contains(answer, "0x1092") {
		t.Errorf("a small one over WebSocket: %s", answer)
	}
	if _, body := n.post(askChainID); !strings.Contains(body, "0x1092") {
		t.Errorf("a small one over HTTP: %s", body)
	}
	n.check(errors.Join(ws.Close(), slow[0].Close(), slow[1].Close()))
	n.unharmed(log)
}

// TestUnreadAnswers: who asks for much and reads nothing, on many connections, holds
// no more than the memory there is for that, and is cut off.
func TestUnreadAnswers(t *testing.T) {
	n, log := watched(t, func(cfg *Config) { cfg.Limits.Memory = 8 << 20 })
	var txs []*types.Transaction
	for range 20 {
		txs = append(txs, n.transferWithData(1, 20_000))
	}
	n.mine(txs...)
	ask := `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",true]}` // 800 kB
	var open []*websocket.Conn
	for range 5 {
		ws := n.openWS()
		open = append(open, ws)
		n.check(ws.SetWriteDeadline(time.Now().Add(patience)))
		for range 30 {
			if ws.WriteMessage(websocket.TextMessage, []byte(ask)) != nil {
				break // cut off
			}
		}
	}
	n.await("some are cut off", func() bool { return n.refusals(refusedSlow) > 0 })
	if used := n.rpc.gate.memory.used.Load(); used > 9<<20 {
		t.Errorf("%d bytes in use", used)
	}
	for _, ws := range open {
		n.check(ws.Close())
	}
	n.unharmed(log)
}

// TestFairTurns: a client with one long call does not wait for all of another's.
func TestFairTurns(t *testing.T) {
	n, log := watched(t, func(cfg *Config) {
		cfg.Limits.GasCap, cfg.Limits.EVMTimeout, cfg.Limits.HeavySlots = 0, 50*time.Millisecond, 1
		cfg.Limits.HeavyWait = patience
	})
	counter := n.deploy()
	greedy := n.openWS()
	const calls = 40
	for id := range calls {
		n.check(greedy.WriteMessage(websocket.TextMessage, []byte(spin(id, counter))))
	}
	n.await("they wait", func() bool { return n.rpc.heavy.long.queued() > calls/2 })
	if _, body := n.rawPost(n.tcp("127.0.0.2"), spin(1, counter)); !strings.Contains(body, "execution aborted") {
		t.Error(body)
	}
	if waiting := n.rpc.heavy.long.queued(); waiting < calls/4 {
		t.Errorf("served after all but %d of another's calls", waiting)
	}
	n.check(greedy.Close())
	n.unharmed(log)
}

// FuzzServer sends frames through the whole server: each is answered with JSON, or not
// at all, and a connection goes on.
func FuzzServer(f *testing.F) {
	n := newNode(f, func(cfg *Config) { cfg.Limits.EVMTimeout, cfg.Limits.ConnRequests = 50*time.Millisecond, 4 })
	counter := n.deploy()
	for _, seed := range []string{
		askChainID, `[` + askChainID + `]`, `[]`, `{`, `7`, ` [1,[2],{"id":{}}]`,
		callCounter(1, counter, "count()"), `[` + askChainID + `,` + spin(2, counter) + `,7]`,
		`{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0"}]}`,
		`{"jsonrpc":"2.0","id":1,"m\u0065thod":"eth_subscribe","params":["newHeads"]}`,
		`{"jsonrpc":"2.0","method":"eth_estimateGas","params":[{}]}`,
	} {
		f.Add([]byte(seed))
	}
	client := &http.Client{Timeout: patience}
	f.Fuzz(func(t *testing.T, frame []byte) {
		response, err := client.Post("http://"+n.rpc.Addr().String(), "application/json", bytes.NewReader(frame))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if len(answer) > 0 && !json.Valid(answer) {
			t.Errorf("%s %q", response.Status, answer)
		}
		ws, upgraded, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+n.rpc.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		if err := errors.Join(upgraded.Body.Close(), ws.SetReadDeadline(time.Now().Add(patience))); err != nil {
			t.Fatal(err)
		}
		last := `{"jsonrpc":"2.0","id":"last one","method":"eth_chainId"}`
		for _, message := range []string{string(frame), last} {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
				t.Fatal(err)
			}
		}
		for {
			_, answer, err := ws.ReadMessage()
			if err != nil || !json.Valid(answer) {
				t.Fatalf("%v, %q", err, answer)
			}
			if bytes.Contains(answer, []byte(`"last one"`)) {
				break
			}
		}
	})
}
