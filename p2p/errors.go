package p2p

import (
	"errors"
	"fmt"
)

// Errors of requests and of the management of peers.
var (
	// ErrNotConnected is returned by requests to a peer that is not connected.
	ErrNotConnected = errors.New("peer is not connected")

	// ErrTooLarge is returned when a message is above its limit of size, be it
	// ours to send or the peer's answer.
	ErrTooLarge = errors.New("message is too large")

	// ErrNotServed is returned when the peer does not serve a protocol.
	ErrNotServed = errors.New("peer does not serve the protocol")

	// ErrBanned is returned by attempts to dial a banned peer.
	ErrBanned = errors.New("peer is banned")
)

// Codes of responses.
const (
	codeOK      byte = iota
	codeRefused      // the request cannot be served; the text says why
	codeBusy         // not now: too many requests
)

// RemoteError is a peer's answer that it does not serve a request.
type RemoteError struct {
	Code byte // 1 = refused, 2 = busy
	Text string
}

// Error implements error.
func (e *RemoteError) Error() string {
	if e.Code == codeBusy {
		return "peer is busy: " + e.Text
	}
	return "peer refused: " + e.Text
}

// Busy reports whether the same request may succeed later.
func (e *RemoteError) Busy() bool { return e.Code == codeBusy }

// Refusal is an error of a [Handler] that is told to the peer.
//
//nolint:errname // it is what the peer is given, and reads so: p2p.Refuse makes a Refusal
type Refusal struct{ Text string }

// Error implements error.
func (r *Refusal) Error() string { return r.Text }

// Refuse returns a [Refusal]. Keep secrets and internals out of its text.
func Refuse(format string, args ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, args...)}
}
