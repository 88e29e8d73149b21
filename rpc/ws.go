package rpc

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// pongTimeout is how long a WebSocket client may be silent. It must answer pings, so
// that is twice their interval.
const pongTimeout = 2 * pingInterval

// isUpgrade tells a request for a WebSocket from an HTTP request.
func isUpgrade(r *http.Request) bool {
	return websocket.IsWebSocketUpgrade(r)
}

// newUpgrader accepts browsers' WebSockets from a port's origins, and from its own
// page if it has one. CORS does not
// protect these: without this check any page could talk to a node on the visitor's
// machine. Other clients name no origin.
func newUpgrader(a access, m *metrics) *websocket.Upgrader {
	origins, names := a.wsOrigins, newHosts(a.vhosts)
	if len(origins) == 0 {
		origins = localOrigins()
	}
	allowed := newOrigins(origins, true)
	return &websocket.Upgrader{
		ReadBufferSize:   4096,
		WriteBufferSize:  4096,
		HandshakeTimeout: sendTimeout,
		WriteBufferPool:  new(sync.Pool),
		CheckOrigin: func(r *http.Request) bool {
			origin := r.Header.Get("Origin")
			return origin == "" || allowed.match(origin) || a.page && names.own(origin, r)
		},
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			message := reason.Error()
			if status == http.StatusForbidden {
				m.refuse(refusedOrigin)
				message = "origin " + r.Header.Get("Origin") + " is not allowed" + seeFlag(FlagWSOrigins)
			}
			http.Error(w, message, status)
		},
	}
}

// localOrigins are pages served from this machine, on any port.
func localOrigins() []string {
	hosts := []string{"localhost", "127.0.0.1", "[::1]"}
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, strings.ToLower(name))
	}
	var origins []string
	for _, host := range hosts {
		origins = append(origins, "http://"+host, "https://"+host)
	}
	return origins
}

// wsLink is a WebSocket as a link: a message is a frame.
type wsLink struct {
	ws   *websocket.Conn
	gate gate

	// mu orders interrupt and the read deadlines of the time after it.
	mu          sync.Mutex
	interrupted bool
	receiving   bool // a message has begun, and is to end in time whatever comes between
}

func newWSLink(ws *websocket.Conn, g gate) *wsLink {
	l := &wsLink{ws: ws, gate: g}
	ws.SetPongHandler(func(string) error { return l.extend() })
	return l
}

// extend gives the client time to show that it is there.
func (l *wsLink) extend() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.interrupted || l.receiving {
		return nil
	}
	return l.ws.SetReadDeadline(time.Now().Add(pongTimeout))
}

// receive gives the client time to send the message that it has begun, or ends that.
func (l *wsLink) receive(begun bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.receiving = begun
	if l.interrupted || !begun {
		return nil
	}
	return l.ws.SetReadDeadline(time.Now().Add(l.gate.limits.ReadTimeout))
}

func (l *wsLink) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.interrupted = true
	// It fails on a closed socket only, where reads fail too.
	_ = l.ws.SetReadDeadline(time.Unix(1, 0))
}

func (l *wsLink) read() ([]byte, error) {
	if err := l.extend(); err != nil {
		return nil, err
	}
	_, message, err := l.ws.NextReader()
	if err != nil {
		return nil, err
	}
	if err := l.receive(true); err != nil {
		return nil, err
	}
	frame, err := l.readAll(message)
	if err == nil || errors.Is(err, errFrameTooLarge) || errors.Is(err, errNoMemory) {
		// What is left of it has the same time to come.
		_, rest := io.Copy(io.Discard, message)
		err = errors.Join(err, rest, l.receive(false))
	}
	return frame, err
}

// readAll reads a message. What is more than small is reserved while it comes in.
func (l *wsLink) readAll(message io.Reader) ([]byte, error) {
	frame, err := io.ReadAll(io.LimitReader(message, smallFrame))
	if err != nil || len(frame) < smallFrame {
		return l.checked(frame, err)
	}
	limit := l.gate.limits.Body
	if !l.gate.memory.take(limit) {
		return nil, errNoMemory
	}
	defer l.gate.memory.give(limit)
	buffer := bytes.NewBuffer(frame)
	_, err = buffer.ReadFrom(io.LimitReader(message, int64(limit+1-smallFrame)))
	return l.checked(buffer.Bytes(), err)
}

func (l *wsLink) checked(frame []byte, err error) ([]byte, error) {
	if err == nil && len(frame) > l.gate.limits.Body {
		err = errFrameTooLarge
	}
	return frame, err
}

func (l *wsLink) write(frame []byte, deadline time.Time) error {
	if err := l.ws.SetWriteDeadline(deadline); err != nil {
		return err
	}
	return l.ws.WriteMessage(websocket.TextMessage, frame)
}

func (l *wsLink) ping(deadline time.Time) error {
	return l.ws.WriteControl(websocket.PingMessage, nil, deadline)
}

func (l *wsLink) kill() { _ = l.ws.UnderlyingConn().Close() }

func (l *wsLink) close(reason string) {
	code := websocket.CloseNormalClosure
	if reason != "" {
		code = websocket.CloseGoingAway
	}
	farewell := websocket.FormatCloseMessage(code, reason)
	// The peer may be gone already; there is nobody to tell then.
	_ = l.ws.WriteControl(websocket.CloseMessage, farewell, time.Now().Add(time.Second))
	_ = l.ws.Close()
}
