package rpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/monolith-chain/monolith/rpc/explorer"
)

// contentType is that of requests and answers. Clients may add parameters.
const contentType = "application/json"

// gzipMinimum is the size from which answers are compressed: below it they fit into
// one packet anyway.
const gzipMinimum = 1400

// maxHeader bounds the head of a request, in bytes. Browsers with many cookies for
// localhost send a few thousand.
const maxHeader = 32 << 10

// index is what is there to be read without a browser, or without the explorer.
const index = `This is the JSON-RPC interface of a Monolith node.

Point a wallet or a library at this address, or ask it something yourself:

    curl -H 'Content-Type: application/json' \
         -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' %s

WebSocket connections are accepted at the same address.
`

// httpHandler is the HTTP side of a port.
type httpHandler struct {
	server  *server
	gate    gate
	heavy   *heavyCalls
	page    http.Handler                             // what browsers get; nil = a few words
	upgrade func(http.ResponseWriter, *http.Request) // nil = no WebSocket
	buffers sync.Pool                                // of *bytes.Buffer: request bodies
	gzips   sync.Pool                                // of *gzip.Writer
}

func newHTTPHandler(server *server, a access, heavy *heavyCalls, page http.Handler, upgrade func(http.ResponseWriter, *http.Request)) http.Handler {
	g := heavy.gate
	h := &httpHandler{server: server, gate: g, heavy: heavy, page: page, upgrade: upgrade}
	h.buffers.New = func() any { return new(bytes.Buffer) }
	h.gzips.New = func() any {
		// A level of gzip's own: it cannot fail.
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		return w
	}
	web := virtualHosts(newHosts(a.vhosts), a.vhostsFlag, g.metrics, cors(newOrigins(a.cors, false), http.HandlerFunc(h.serve)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// WebSockets are protected by the origin alone, as in geth: a page that
		// rebinds its name still has its own origin.
		if h.upgrade != nil && isUpgrade(r) {
			h.upgrade(w, r)
			return
		}
		web.ServeHTTP(w, r)
	})
}

func (h *httpHandler) serve(w http.ResponseWriter, r *http.Request) {
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case get && h.page != nil && (r.URL.Path != "/" || explorer.Browser(r)):
		h.page.ServeHTTP(w, r)
	case r.URL.Path != "/":
		http.NotFound(w, r)
	case r.Method == http.MethodPost:
		h.serveRPC(w, r)
	case get:
		h.serveIndex(w, r)
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

func (h *httpHandler) serveIndex(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Vary", "Accept") // a browser gets something else
	text := strings.Replace(index, "%s", "http://"+r.Host, 1)
	_, _ = io.WriteString(w, text) // a client that is gone does not want it
}

// serveRPC passes a request through the gate to go-ethereum's server.
func (h *httpHandler) serveRPC(w http.ResponseWriter, r *http.Request) {
	body, _ := h.buffers.Get().(*bytes.Buffer)
	defer h.buffers.Put(body)
	body.Reset()
	reserved, ok := h.receive(w, r, body)
	defer h.gate.memory.give(reserved)
	if !ok {
		return
	}
	answer := &answerWriter{handler: h, w: w, gzip: strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")}
	answer.calls.metrics = h.gate.metrics
	if refusal := h.gate.refuse(body.Bytes()); refusal != nil {
		w.Header().Set("Content-Type", contentType)
		_ = answer.finish(refusal) // a client that is gone does not want it
		return
	}
	_, weight := answer.calls.begin(body.Bytes())
	defer answer.calls.abandon()
	if weight == light {
		if made, ok := h.gate.direct(h.server, r, body.Bytes()); ok {
			answer.send(made)
			return
		}
	}
	r = r.WithContext(answerUntil{r.Context(), time.Now().Add(h.gate.limits.WriteTimeout)})
	if weight > light {
		frame := heavyFrame{server: h.server, request: r, client: clientOf(r.RemoteAddr)}
		answer.send(h.heavy.serve(frame, body.Bytes(), weight))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body.Bytes()))
	r.ContentLength = int64(body.Len())
	h.server.ServeHTTP(answer, r)
}

// receive reads a request's body, or refuses it. What is more than small is reserved.
func (h *httpHandler) receive(w http.ResponseWriter, r *http.Request, body *bytes.Buffer) (reserved int, ok bool) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		h.gate.metrics.refuse(refusedEncoding)
		http.Error(w, "compressed requests are not accepted: send them as they are", http.StatusUnsupportedMediaType)
		return 0, false
	}
	limit := int64(h.gate.limits.Body)
	if r.ContentLength <= limit {
		_, err := body.ReadFrom(io.LimitReader(r.Body, smallFrame))
		if err == nil && body.Len() == smallFrame {
			if !h.gate.memory.take(int(limit)) {
				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = w.Write(h.gate.crowded(nil)) // a client that is gone does not want it
				return 0, false
			}
			reserved = int(limit)
			_, err = body.ReadFrom(io.LimitReader(r.Body, limit+1-smallFrame))
		}
		if err != nil {
			http.Error(w, "request body cannot be read", http.StatusBadRequest)
			return reserved, false
		}
	}
	if max(r.ContentLength, int64(body.Len())) > limit {
		h.gate.metrics.refuse(refusedBody)
		http.Error(w, h.gate.limits.bodyError(), http.StatusRequestEntityTooLarge)
		return reserved, false
	}
	return reserved, true
}

// answerUntil tells the server by when to answer. It does not end by itself: the
// server cancels what it runs when it has answered that the time is up.
type answerUntil struct {
	context.Context
	at time.Time
}

// Deadline is what the server asks for.
func (c answerUntil) Deadline() (time.Time, bool) { return c.at, true }

// answerWriter takes the server's answer, which comes in one piece.
type answerWriter struct {
	handler *httpHandler
	w       http.ResponseWriter
	calls   calls
	gzip    bool // the client understands it
	status  int
	done    bool
}

func (a *answerWriter) Header() http.Header { return a.w.Header() }

func (a *answerWriter) WriteHeader(status int) { a.status = status }

// Write sends the answer.
func (a *answerWriter) Write(frame []byte) (int, error) {
	if a.done {
		return a.w.Write(frame)
	}
	a.done = true
	size := len(frame)
	if header := a.w.Header(); header.Get("Transfer-Encoding") != "" {
		// So the server marks its errors, for compressors to leave them alone.
		header.Del("Transfer-Encoding")
		frame = a.handler.gate.explain(frame)
	}
	frame = a.handler.gate.bound(frame)
	a.calls.end(frame)
	return size, a.finish(frame)
}

// send sends an answer that was made elsewhere.
func (a *answerWriter) send(made answer) {
	a.calls.end(made.frame)
	switch {
	case made.status != 0:
		http.Error(a.w, string(bytes.TrimSpace(made.frame)), made.status)
	case made.frame != nil:
		a.w.Header().Set("Content-Type", contentType)
		_ = a.finish(made.frame) // a client that is gone does not want it
	}
}

// Flush lets the server send an answer before the connection is cut by a timeout.
func (a *answerWriter) Flush() {
	if f, ok := a.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (a *answerWriter) finish(frame []byte) error {
	header := a.w.Header()
	header.Add("Vary", "Accept-Encoding")
	plain := frame
	if a.gzip && len(frame) >= gzipMinimum {
		buffer, _ := a.handler.buffers.Get().(*bytes.Buffer)
		defer a.handler.buffers.Put(buffer)
		buffer.Reset()
		compressor, _ := a.handler.gzips.Get().(*gzip.Writer)
		defer a.handler.gzips.Put(compressor)
		compressor.Reset(buffer)
		_, _ = compressor.Write(frame) // a buffer takes everything
		_ = compressor.Close()
		frame = buffer.Bytes()
		header.Set("Content-Encoding", "gzip")
	}
	if size := len(frame); size > smallFrame {
		if a.handler.gate.memory.take(size) {
			defer a.handler.gate.memory.give(size)
		} else {
			header.Del("Content-Encoding")
			frame = a.handler.gate.crowded(responseID(plain))
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(frame)))
	if a.status != 0 {
		a.w.WriteHeader(a.status)
	}
	_, err := a.w.Write(frame)
	return err
}
