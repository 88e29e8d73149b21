package rpc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const askChainID = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

func TestHTTP(t *testing.T) {
	n := newNode(t)
	for name, test := range map[string]struct {
		method, path, body string
		change             func(*http.Request)
		status             int
		want               string // part of the body
	}{
		"request":          {body: askChainID, status: 200, want: `{"jsonrpc":"2.0","id":1,"result":"0x1092"}`},
		"charset":          {body: askChainID, change: header("Content-Type", "application/json; charset=utf-8"), status: 200, want: "0x1092"},
		"no content type":  {body: askChainID, change: header("Content-Type", ""), status: 415, want: "invalid content type, only application/json is supported"},
		"form":             {body: askChainID, change: header("Content-Type", "text/plain"), status: 415, want: "invalid content type"},
		"not JSON":         {body: `{"id":`, status: 200, want: `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`},
		"no request":       {body: `7`, status: 200, want: `"error":{"code":-32600,"message":"invalid request"}`},
		"no version":       {body: `{"id":1,"method":"eth_chainId"}`, status: 200, want: `{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"invalid request"}}`},
		"notification":     {body: `{"jsonrpc":"2.0","method":"eth_chainId"}`, status: 200, want: ``},
		"named parameters": {body: `{"jsonrpc":"2.0","id":1,"method":"web3_sha3","params":{"data":"0x"}}`, status: 200, want: `"error":{"code":-32602,"message":"non-array args"}`},
		"nothing":          {body: ``, status: 200, want: ``},
		"browser":          {method: "GET", status: 200, want: "This is the JSON-RPC interface of a Monolith node."},
		"health check":     {method: "HEAD", status: 200},
		"options":          {method: "OPTIONS", status: 204},
		"other method":     {method: "PUT", status: 405, want: "method not allowed"},
		"other path":       {path: "/rpc", body: askChainID, status: 404},
		"long method":      {body: `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("a", 3000) + `"}`, status: 200, want: `"error":{"code":-32600,"message":"method name too long`},
		"huge":             {body: strings.Repeat(" ", 6<<20), status: 413, want: "request larger than 5242880 bytes (see --rpc.http-body-limit)"},
		"huge, no length":  {body: strings.Repeat(" ", 6<<20), change: func(r *http.Request) { r.ContentLength = -1 }, status: 413, want: "request larger than 5242880 bytes"},
		"localhost":        {body: askChainID, change: func(r *http.Request) { r.Host = "LocalHost:8545" }, status: 200},
		"IPv6":             {body: askChainID, change: func(r *http.Request) { r.Host = "[::1]:8545" }, status: 200},
		"container's name": {body: askChainID, change: func(r *http.Request) { r.Host = "node-1:8545" }, status: 403, want: "invalid host specified: node-1 is not one of the names of this node, add it or * with --http.vhosts"},
		"foreign page":     {body: askChainID, change: header("Origin", "https://evil.example"), status: 200, want: "0x1092"}, // no header lets the page read it
		"upgrade, no key":  {method: "GET", change: func(r *http.Request) { r.Header.Set("Connection", "Upgrade"); r.Header.Set("Upgrade", "websocket") }, status: 400, want: "websocket"},
	} {
		t.Run(name, func(t *testing.T) {
			method, path := test.method, test.path
			if method == "" {
				method = http.MethodPost
			}
			if path == "" {
				path = "/"
			}
			change := test.change
			if change == nil {
				change = func(*http.Request) {}
			}
			response, body := n.request(method, path, test.body, change)
			if response.StatusCode != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%s %.300q, want %d %q", response.Status, body, test.status, test.want)
			}
			if allow := response.Header.Get("Access-Control-Allow-Origin"); allow != "" {
				t.Errorf("%s may read it", allow)
			}
		})
	}
}

// TestPage: a browser gets the explorer at any path, and only if it is on; what is sent
// to be answered is still JSON-RPC.
func TestPage(t *testing.T) {
	n, off := newNode(t), newNode(t, func(cfg *Config) { cfg.Explorer = false })
	asBrowser := header("Accept", "text/html,*/*")
	for _, test := range []struct {
		node         *node
		method, path string
		status       int
		want         string
	}{
		{n, "GET", "/", 200, "<!doctype html>"},
		{n, "GET", "/block/1", 200, "<!doctype html>"},
		{n, "GET", "/main.js", 200, "import"},
		{n, "HEAD", "/", 200, ""},
		{n, "POST", "/", 200, "0x1092"},
		{n, "POST", "/block/1", 404, "not found"},
		{off, "GET", "/", 200, "This is the JSON-RPC interface"},
		{off, "GET", "/main.js", 404, "not found"},
	} {
		response, body := test.node.request(test.method, test.path, askChainID, asBrowser)
		if response.StatusCode != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s %s: %s %.100q", test.method, test.path, response.Status, body)
		}
	}
	response, _ := n.request("GET", "/", "", asBrowser, func(r *http.Request) { r.Host = "evil.example" })
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("the page under a foreign name: %s", response.Status)
	}
}

func TestBatch(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.BatchItems, cfg.Limits.BatchResponse = 4, 2000 })
	count := func(n int, request string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(request+",", n), ",") + "]"
	}
	block := `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}`
	for name, test := range map[string]struct{ body, want string }{
		"mixed": {
			`[` + askChainID + `,{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","id":"b","method":"eth_nothing"},7]`,
			`[{"jsonrpc":"2.0","id":1,"result":"0x1092"},{"jsonrpc":"2.0","id":"b","error":{"code":-32601,"message":"the method eth_nothing does not exist/is not available"}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]`,
		},
		"empty": {`[]`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}`},
		"too many": {
			count(5, askChainID),
			`[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"batch too large: 5 requests, the limit is 4 (see --rpc.batch-request-limit)"}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, body := n.post(test.body); body != test.want {
				t.Errorf("%s\nwant %s", body, test.want)
			}
		})
	}
	var answers []struct {
		Result map[string]any
		Error  *codedError
	}
	_, body := n.post(count(4, block))
	n.check(json.Unmarshal([]byte(body), &answers))
	if len(answers) != 4 || answers[0].Result == nil || answers[3].Error == nil {
		t.Fatalf("answers %+v", answers)
	}
	if e := answers[3].Error; e.Code != codeTooLarge || e.Message != "response too large: the limit for a batch is 2000 bytes (see --rpc.batch-response-max-size)" {
		t.Errorf("error %+v", e)
	}
}

func TestCORS(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.CORS = []string{"http://localhost:3000", "https://*.example.org"} })
	for origin, allowed := range map[string]bool{
		"http://localhost:3000":    true,
		"http://LOCALHOST:3000":    true,
		"http://localhost":         false,
		"http://localhost:3001":    false,
		"https://app.example.org":  true,
		"https://example.org":      false,
		"http://app.example.org":   false,
		"https://example.org.evil": false,
	} {
		response, _ := n.post(askChainID, header("Origin", origin))
		if got := response.Header.Get("Access-Control-Allow-Origin"); (got == origin) != allowed {
			t.Errorf("%s: allowed %q", origin, got)
		}
		preflight, _ := n.request(http.MethodOptions, "/", "", header("Origin", origin),
			header("Access-Control-Request-Method", "POST"), header("Access-Control-Request-Headers", "content-type"))
		if got := preflight.Header.Get("Access-Control-Allow-Methods"); (got == "POST, GET") != allowed || preflight.StatusCode != http.StatusNoContent {
			t.Errorf("%s: preflight %s, methods %q", origin, preflight.Status, got)
		}
		if got := preflight.Header.Get("Access-Control-Allow-Headers"); (got == "content-type") != allowed {
			t.Errorf("%s: headers %q", origin, got)
		}
	}
	everyone := newNode(t, func(cfg *Config) { cfg.CORS, cfg.VHosts = []string{"*"}, []string{"*"} })
	response, _ := everyone.post(askChainID, header("Origin", "https://any.example"), func(r *http.Request) { r.Host = "any.example" })
	if response.StatusCode != http.StatusOK || response.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s, %v", response.Status, response.Header)
	}
}

func TestGzip(t *testing.T) {
	n := newNode(t)
	small, _ := n.post(askChainID, header("Accept-Encoding", "gzip"))
	if small.Header.Get("Content-Encoding") != "" {
		t.Error("a small answer is compressed")
	}
	response, body := n.post(`{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",true]}`, header("Accept-Encoding", "gzip"))
	if response.Header.Get("Content-Encoding") != "gzip" || response.ContentLength != int64(len(body)) {
		t.Fatalf("%v, %d bytes", response.Header, len(body))
	}
	reader, err := gzip.NewReader(strings.NewReader(body))
	n.check(err)
	text, err := io.ReadAll(reader)
	n.check(err)
	if !json.Valid(text) || len(text) < gzipMinimum {
		t.Errorf("%s", text)
	}
}

// TestKeepAlive: one connection serves many requests.
func TestKeepAlive(t *testing.T) {
	n := newNode(t)
	c, err := net.Dial("tcp", n.rpc.Addr().String())
	n.check(err)
	defer c.Close()
	answers := bufio.NewReader(c)
	for range 3 {
		_, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(askChainID), askChainID)
		n.check(err)
		response, err := http.ReadResponse(answers, nil)
		n.check(err)
		body, err := io.ReadAll(response.Body)
		n.check(err)
		n.check(response.Body.Close())
		if !bytes.Contains(body, []byte("0x1092")) || response.Close {
			t.Errorf("%s %s", response.Status, body)
		}
	}
}

// TestSlowRequests: who does not send, or sends nothing any more, is disconnected.
func TestSlowRequests(t *testing.T) {
	n := newNode(t, func(cfg *Config) {
		cfg.Limits.ReadTimeout, cfg.Limits.IdleTimeout = 200*time.Millisecond, 100*time.Millisecond
	})
	for name, start := range map[string]string{
		"nothing":     "",
		"half a head": "POST / HTTP/1.1\r\nHost: loc",
		"half a body": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
	} {
		c, err := net.Dial("tcp", n.rpc.Addr().String())
		n.check(err)
		_, err = io.WriteString(c, start)
		n.check(err)
		n.check(c.SetDeadline(time.Now().Add(patience)))
		if _, err := io.Copy(io.Discard, c); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %v", name, err)
		}
		n.check(c.Close())
	}
}

// TestCallTimeout: a call that does not end is ended, by its own limit or by that of
// the answer. The time to receive a request has nothing to do with it.
func TestCallTimeout(t *testing.T) {
	for _, test := range []struct {
		change func(*Limits)
		atLast time.Duration
		code   int
		err    string
	}{
		{func(l *Limits) { l.EVMTimeout = 50 * time.Millisecond }, 50 * time.Millisecond,
			codeServer, "execution aborted (timeout = 50ms) (see --rpc.evmtimeout)"},
		{func(l *Limits) { l.ReadTimeout, l.EVMTimeout = 100*time.Millisecond, 400*time.Millisecond }, 400 * time.Millisecond,
			codeServer, "execution aborted (timeout = 400ms)"},
		{func(l *Limits) { l.WriteTimeout = 300 * time.Millisecond }, 290 * time.Millisecond,
			codeTimeout, "request timed out: the limit is 300ms (see --http.write-timeout)"},
	} {
		n := newNode(t, func(cfg *Config) {
			cfg.Limits.GasCap = 0
			test.change(&cfg.Limits)
		})
		counter := n.deploy()
		start := time.Now()
		_, err := n.ask("eth_call", map[string]any{"to": counter, "data": selector("spin()")}, "latest")
		wantError(t, err, test.code, test.err)
		if took := time.Since(start); took < test.atLast {
			t.Errorf("%s after %v", test.err, took)
		}
	}
}

func TestGasCap(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.GasCap = 43_000 })
	counter := n.deploy()
	_, err := n.ask("eth_call", map[string]any{"to": counter, "data": selector("spin()"), "gas": "0xffffffff"}, "latest")
	wantError(t, err, codeServer, "out of gas (see --rpc.gascap)")
	_, err = n.ask("eth_estimateGas", map[string]any{"to": counter, "data": selector("increment()")}, "latest")
	wantError(t, err, codeServer, "gas required exceeds allowance (43000) (see --rpc.gascap)")
}

// TestClientGone: a call ends when nobody waits for it.
func TestClientGone(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.GasCap, cfg.Limits.EVMTimeout = 0, 0 })
	counter := n.deploy()
	client := &http.Client{Timeout: 200 * time.Millisecond}
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"%v","data":"%v"},"latest"]}`, counter, selector("spin()"))
	_, err := client.Post("http://"+n.rpc.Addr().String(), "application/json", strings.NewReader(body))
	if err == nil {
		t.Fatal("an endless call has ended")
	}
	n.await("the end of the call", func() bool { return gauge(t, n.rpc.gate.metrics.inFlight) == 0 })
}
