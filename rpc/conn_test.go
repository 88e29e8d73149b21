package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// rawWS opens a WebSocket without a JSON-RPC client on it.
func (n *node) rawWS(header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{HandshakeTimeout: patience}
	return dialer.DialContext(n.t.Context(), "ws://"+n.rpc.Addr().String(), header)
}

func (n *node) openWS() *websocket.Conn {
	n.t.Helper()
	ws, response, err := n.rawWS(nil)
	n.check(err)
	n.check(response.Body.Close())
	n.t.Cleanup(func() { ws.Close() })
	n.check(ws.SetReadDeadline(time.Now().Add(patience)))
	return ws
}

// say sends a message and returns the next one.
func (n *node) say(ws *websocket.Conn, message string) string {
	n.t.Helper()
	n.check(ws.WriteMessage(websocket.TextMessage, []byte(message)))
	return n.hear(ws)
}

func (n *node) hear(ws *websocket.Conn) string {
	n.t.Helper()
	_, answer, err := ws.ReadMessage()
	n.check(err)
	return string(answer)
}

// TestWebSocket: whatever comes, it is answered and the connection goes on.
func TestWebSocket(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.Body, cfg.Limits.BatchItems = 1000, 2 })
	ws := n.openWS()
	for _, test := range []struct{ message, want string }{
		{askChainID, `{"jsonrpc":"2.0","id":1,"result":"0x1092"}`},
		{`{"jsonrpc":"2.0","id":2,`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`},
		{``, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`},
		{`7`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}`},
		{`[` + askChainID + `,` + askChainID + `]`, `[{"jsonrpc":"2.0","id":1,"result":"0x1092"},{"jsonrpc":"2.0","id":1,"result":"0x1092"}]`},
		{`[1,{"id":"a"},3]`, `[{"jsonrpc":"2.0","id":"a","error":{"code":-32600,"message":"batch too large: 3 requests, the limit is 2 (see --rpc.batch-request-limit)"}}]`},
		{strings.Repeat(" ", 2000), `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"request larger than 1000 bytes (see --rpc.http-body-limit)"}}`},
		{askChainID, `{"jsonrpc":"2.0","id":1,"result":"0x1092"}`},
	} {
		if got := n.say(ws, test.message); got != test.want {
			t.Errorf("%.100s\nanswered %s\nwant %s", test.message, got, test.want)
		}
	}
	n.check(ws.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second)))
	pong := make(chan string, 1)
	ws.SetPongHandler(func(data string) error { pong <- data; return nil })
	n.say(ws, askChainID)
	if data := receive(t, "pong", pong); data != "there?" {
		t.Errorf("pong %q", data)
	}
}

func TestWebSocketOrigin(t *testing.T) {
	local := newNode(t)
	chosen := newNode(t, func(cfg *Config) { cfg.WSOrigins = []string{"https://dapp.example", "app.example:8080"} })
	anyone := newNode(t, func(cfg *Config) { cfg.WSOrigins = []string{"*"} })
	for _, test := range []struct {
		node    *node
		origin  string
		allowed bool
	}{
		{local, "", true},
		{local, "http://localhost:3000", true},
		{local, "http://127.0.0.1", true},
		{local, "https://dapp.example", false},
		{local, "http://localhost.evil.example", false},
		{chosen, "https://dapp.example:444", true},
		{chosen, "http://dapp.example", false},
		{chosen, "https://app.example:8080", true},
		{chosen, "https://app.example", false},
		{chosen, "http://localhost", false},
		{anyone, "https://evil.example", true},
	} {
		header := http.Header{}
		if test.origin != "" {
			header.Set("Origin", test.origin)
		}
		ws, response, err := test.node.rawWS(header)
		if (err == nil) != test.allowed {
			t.Errorf("%s: %v", test.origin, err)
		}
		if err == nil {
			test.node.check(ws.Close())
			continue
		}
		text := make([]byte, 200)
		size, _ := response.Body.Read(text)
		if want := "origin " + test.origin + " is not allowed (see --ws.origins)\n"; response.StatusCode != http.StatusForbidden || string(text[:size]) != want {
			t.Errorf("%s %q", response.Status, text[:size])
		}
	}
	off := newNode(t, func(cfg *Config) { cfg.WS = false })
	if _, response, err := off.rawWS(nil); err == nil || response.StatusCode != http.StatusOK { // the page for browsers
		t.Errorf("WebSocket is off: %v", err)
	}
}

// TestOwnPage: the explorer may always open WebSockets to its own port, under any name
// of it; a page that has its own name lead here may not.
func TestOwnPage(t *testing.T) {
	origins := []string{"https://dapp.example"}
	n := newNode(t, func(cfg *Config) { cfg.WSOrigins, cfg.VHosts = origins, []string{"node-1"} })
	without := newNode(t, func(cfg *Config) { cfg.WSOrigins, cfg.VHosts, cfg.Explorer = origins, []string{"node-1"}, false })
	for _, test := range []struct {
		node         *node
		origin, host string
		allowed      bool
	}{
		{n, "http://192.0.2.1:8545", "192.0.2.1:8545", true},
		{n, "http://Node-1:8545", "node-1:8545", true},
		{n, "https://node-1", "node-1", true}, // TLS ends before the node
		{n, "http://node-1:3000", "node-1:8545", false},
		{n, "http://evil.example", "evil.example", false},
		{n, "null", "node-1", false},
		{without, "http://node-1:8545", "node-1:8545", false},
	} {
		ws, response, err := test.node.rawWS(http.Header{"Origin": {test.origin}, "Host": {test.host}})
		switch {
		case (err == nil) != test.allowed:
			t.Errorf("%s at %s: %v", test.origin, test.host, err)
		case err == nil:
			test.node.check(ws.Close())
		case response.StatusCode != http.StatusForbidden:
			t.Errorf("%s at %s: %s", test.origin, test.host, response.Status)
		}
	}
}

// TestSlowReader: a client that does not read is cut off, and meanwhile holds up
// nobody: blocks are mined and others told of them.
func TestSlowReader(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.ConnQueue = 100_000 })
	slow := n.openWS()
	n.say(slow, `{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newPendingTransactions",true]}`)
	quick := n.dialWS()
	heads, _ := n.subscribe(quick, "newHeads")
	hashes, _ := n.subscribe(quick, "newPendingTransactions")
	refused := func() bool {
		return testutil.ToFloat64(n.rpc.gate.metrics.refused.WithLabelValues(refusedSlow)) == 1
	}
	// The kernel takes a few megabytes before anything piles up here.
	for sent := 0; !refused(); sent++ {
		if sent > 1000 {
			t.Fatal("the slow reader is still there")
		}
		tx := n.transferWithData(sent%9+1, 60_000)
		n.send(tx)
		receive(t, "pending transaction", hashes)
		receiveHead(t, heads, n.mine(tx))
	}
	n.await("its end", func() bool { return testutil.ToFloat64(n.rpc.gate.metrics.conns.WithLabelValues("ws")) == 1 })
	_, _, err := slow.ReadMessage()
	for err == nil {
		_, _, err = slow.ReadMessage()
	}
}

// TestRequestLimit: no more requests of a connection run at a time, and the rest
// follow.
func TestRequestLimit(t *testing.T) {
	n := newNode(t, func(cfg *Config) {
		cfg.Limits.ConnRequests, cfg.Limits.GasCap, cfg.Limits.EVMTimeout = 2, 0, 50*time.Millisecond
	})
	counter := n.deploy()
	ws := n.openWS()
	const requests = 8
	for id := range requests {
		message := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"eth_call","params":[{"to":"%v","data":"%v"},"latest"]}`, id, counter, selector("spin()"))
		n.check(ws.WriteMessage(websocket.TextMessage, []byte(message)))
	}
	running := 0.0
	for range requests {
		running = max(running, testutil.ToFloat64(n.rpc.gate.metrics.inFlight))
		if answer := n.hear(ws); !strings.Contains(answer, "execution aborted") {
			t.Error(answer)
		}
	}
	if running > 2 {
		t.Errorf("%v at a time", running)
	}
}

func TestIPC(t *testing.T) {
	path := filepath.Join(t.TempDir(), "monolith.ipc")
	withIPC := func(cfg *Config) { cfg.IPCPath, cfg.API = path, []string{"eth"} }
	n := newNode(t, withIPC)
	info, err := os.Stat(path)
	n.check(err)
	if info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if _, err := n.ask("net_version"); err == nil {
		t.Error("net is served over HTTP")
	}
	client := n.dial(path)
	if id, err := ask(t, client, "net_version"); err != nil || string(id) != `"4242"` {
		t.Errorf("%s, %v", id, err)
	}
	heads, _ := n.subscribe(client, "newHeads")
	receiveHead(t, heads, n.mine())

	c, err := net.Dial("unix", path)
	n.check(err)
	defer c.Close()
	n.check(c.SetDeadline(time.Now().Add(patience)))
	_, err = c.Write([]byte(askChainID + `[` + askChainID + `] }`))
	n.check(err)
	answers := json.NewDecoder(c)
	wanted := map[string]bool{ // in any order
		`{"jsonrpc":"2.0","id":1,"result":"0x1092"}`:                                  true,
		`[{"jsonrpc":"2.0","id":1,"result":"0x1092"}]`:                                true,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`: true,
	}
	for range len(wanted) {
		var answer json.RawMessage
		n.check(answers.Decode(&answer))
		if !wanted[string(answer)] {
			t.Errorf("answer %s", answer)
		}
	}
	if answers.More() {
		t.Error("the connection goes on")
	}

	if _, err := New(n.config(withIPC)); err == nil || !strings.Contains(err.Error(), "is in use by another process (see --ipcpath)") {
		t.Errorf("second service: %v", err)
	}
	n.check(n.rpc.Stop())
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the stop: %v", err)
	}
}

func TestIPCPath(t *testing.T) {
	n := newNode(t)
	dir := t.TempDir()

	// A socket that a killed process has left behind is replaced.
	left := filepath.Join(dir, "left.ipc")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: left, Net: "unix"})
	n.check(err)
	listener.SetUnlinkOnClose(false)
	n.check(listener.Close())
	n.serve(func(cfg *Config) { cfg.HTTP, cfg.WS, cfg.IPCPath = false, false, left })
	if _, err := ask(t, n.dial(left), "eth_chainId"); err != nil {
		t.Error(err)
	}

	file := filepath.Join(dir, "precious")
	n.check(os.WriteFile(file, []byte("data"), 0o600))
	for path, want := range map[string]string{
		file:                          "there is a file of that name (see --ipcpath)",
		filepath.Join(file, "socket"): "not a directory",
		filepath.Join(dir, strings.Repeat("deep/", 40), "ipc"): "a socket's path has at most",
	} {
		_, err := New(n.config(func(cfg *Config) { cfg.IPCPath = path }))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "data" {
		t.Errorf("the file is %q, %v", data, err)
	}
}

// TestDrain: Stop waits for running requests, tells clients, and ends subscriptions.
func TestDrain(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.GasCap, cfg.Limits.EVMTimeout = 0, time.Second }) // both run until Stop is called
	counter := n.deploy()
	ws := n.openWS()
	n.say(ws, `{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}`)
	spin := map[string]any{"to": counter, "data": selector("spin()")}
	overHTTP := make(chan error, 1)
	go func() {
		_, err := n.ask("eth_call", spin, "latest")
		overHTTP <- err
	}()
	message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 2, "method": "eth_call", "params": []any{spin, "latest"}})
	n.check(err)
	n.check(ws.WriteMessage(websocket.TextMessage, message))
	n.await("both calls run", func() bool { return testutil.ToFloat64(n.rpc.gate.metrics.inFlight) == 2 })

	n.check(n.rpc.Stop())
	wantError(t, receive(t, "answer over HTTP", overHTTP), codeServer, "execution aborted")
	for {
		_, answer, err := ws.ReadMessage()
		if err == nil {
			if !strings.Contains(string(answer), "execution aborted") && !strings.Contains(string(answer), "eth_subscription") {
				t.Errorf("answer %s", answer)
			}
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != websocket.CloseGoingAway || closed.Text != "node is stopping" {
			t.Errorf("goodbye: %v", err)
		}
		break
	}
	if _, err := rpc.DialContext(context.Background(), "ws://"+n.rpc.Addr().String()); err == nil {
		t.Error("still listening")
	}
	if left := len(n.rpc.filters.subscriptions); left != 0 {
		t.Errorf("%d connections have subscriptions", left)
	}
}
