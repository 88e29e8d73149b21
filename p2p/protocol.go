package p2p

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multistream"
	"github.com/sirupsen/logrus"
)

// Protocol describes a kind of request and its answer. Both sides keep to the
// limits: the one that asks waits rather than exceed them, the one that serves
// enforces them.
//
// On the wire, each request has a stream of its own: a length (unsigned varint)
// and that many bytes there; a code, a length and that many bytes back.
type Protocol struct {
	ID          protocol.ID
	MaxRequest  int           // bytes
	MaxResponse int           // bytes
	Timeout     time.Duration // of the whole exchange
	PerPeer     int           // requests of one peer served at once
	Rate        float64       // requests a second of one peer, in the long run
	Burst       float64       // requests of one peer at a stroke
}

func (p Protocol) validate() error {
	if p.ID == "" || p.MaxRequest < 0 || p.MaxResponse < 0 || p.Timeout <= 0 || p.PerPeer <= 0 || p.Rate <= 0 || p.Burst < 1 {
		return fmt.Errorf("protocol %q: a limit is missing", p.ID)
	}
	return nil
}

// Handler answers a request. An error made by [Refuse] is told to the peer, one
// made by [Blame] costs the peer its price; of others the peer learns nothing.
type Handler func(ctx context.Context, from peer.ID, request []byte) ([]byte, error)

// maxRefusal bounds the text of a refusal, in bytes.
const maxRefusal = 256

// Handle serves a protocol. It can be called before and after Start.
func (s *Service) Handle(p Protocol, handler Handler) error {
	if err := p.validate(); err != nil {
		return err
	}
	s.host.SetStreamHandler(p.ID, func(stream network.Stream) {
		s.serve(stream, p, handler)
	})
	return nil
}

// serve answers the request on a stream. A stream that was answered must not be
// reset: QUIC would drop what is still to be sent.
func (s *Service) serve(stream network.Stream, p Protocol, handler Handler) {
	// Somewhat longer than the peer waits, so that it is the one to give up.
	ctx, cancel := context.WithTimeout(s.ctx, p.Timeout+p.Timeout/4)
	defer cancel()
	deadline, _ := ctx.Deadline()
	err := stream.SetDeadline(deadline)
	if err == nil {
		err = s.converseAsServer(ctx, stream, p, handler)
	}
	if err == nil {
		err = stream.Close()
	}
	if err != nil {
		s.log.WithFields(logrus.Fields{"peer": stream.Conn().RemotePeer(), "protocol": p.ID}).WithError(err).
			Debug("Cannot answer request")
		_ = stream.Reset()
	}
}

// converseAsServer reads a request and writes the answer.
func (s *Service) converseAsServer(ctx context.Context, stream network.Stream, p Protocol, handler Handler) error {
	from := stream.Conn().RemotePeer()
	quota := s.quotas.get(from, p, true)
	switch err := quota.enter(ctx); {
	case errors.Is(err, errFlood):
		s.Report(from, Flood, fmt.Errorf("protocol %s: %w", p.ID, err))
		return writeFrame(stream, []byte{codeBusy}, []byte(err.Error()))
	case err != nil:
		return err
	}
	defer quota.leave()
	request, err := readFrame(bufio.NewReader(stream), p.MaxRequest)
	if err != nil {
		s.metrics.served(p.ID, err)
		s.blameStream(from, p, err)
		return err
	}
	code, response := s.answer(ctx, from, p, handler, request)
	return writeFrame(stream, []byte{code}, response)
}

func (s *Service) answer(ctx context.Context, from peer.ID, p Protocol, handler Handler, request []byte) (byte, []byte) {
	response, err := handler(ctx, from, request)
	defer func() { s.metrics.served(p.ID, err) }()
	if err == nil && len(response) > p.MaxResponse {
		err = fmt.Errorf("%w: response of %d bytes, %d allowed", ErrTooLarge, len(response), p.MaxResponse)
	}
	if err == nil {
		return codeOK, response
	}
	if offence, ok := blamed(err); ok {
		s.Report(from, offence, err)
	}
	s.log.WithFields(logrus.Fields{"peer": from, "protocol": p.ID}).WithError(err).Debug("Request not served")
	text := "internal error"
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		text = refusal.Text
	}
	return codeRefused, []byte(text[:min(len(text), maxRefusal)])
}

// Request sends a request to a connected peer and returns its answer. Besides
// the errors of the network, it returns ErrNotConnected, ErrNotServed,
// ErrTooLarge, context.DeadlineExceeded and *RemoteError.
//
// It reports what it sees of the peer's misconduct (no answer in time, too long
// an answer, malformed framing); what the answer says is the caller's to judge.
func (s *Service) Request(ctx context.Context, to peer.ID, p Protocol, request []byte) ([]byte, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	if len(request) > p.MaxRequest {
		return nil, fmt.Errorf("request %s: %w: %d bytes, %d allowed", p.ID, ErrTooLarge, len(request), p.MaxRequest)
	}
	response, err := s.exchange(ctx, to, p, request)
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", p.ID, err)
	}
	return response, nil
}

// exchange sends a request within its quota and reads the answer.
func (s *Service) exchange(ctx context.Context, to peer.ID, p Protocol, request []byte) (response []byte, err error) {
	defer func() { s.metrics.asked(p.ID, err) }()
	quota := s.quotas.get(to, p, false)
	if err := quota.wait(ctx); err != nil {
		return nil, err
	}
	defer quota.release()
	limited, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	response, err = s.converseAsClient(limited, to, p, request)
	if err == nil {
		return response, nil
	}
	if limited.Err() != nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, errFraming) {
		err = limited.Err() // whatever it looks like
	}
	if ctx.Err() == nil {
		s.blameStream(to, p, err)
	}
	return nil, err
}

// converseAsClient writes a request to a new stream and reads the answer.
func (s *Service) converseAsClient(ctx context.Context, to peer.ID, p Protocol, request []byte) ([]byte, error) {
	if s.host.Network().Connectedness(to) != network.Connected {
		return nil, ErrNotConnected
	}
	stream, err := s.host.NewStream(network.WithNoDial(ctx, "request"), to, p.ID)
	if err != nil {
		if s.host.Network().Connectedness(to) != network.Connected {
			return nil, ErrNotConnected
		}
		return nil, requestError(err)
	}
	giveUp := context.AfterFunc(ctx, func() { _ = stream.Reset() })
	defer giveUp()
	deadline, _ := ctx.Deadline()
	if err = stream.SetDeadline(deadline); err == nil {
		var response []byte
		if response, err = converse(stream, p, request); err == nil {
			_ = stream.Close() // the answer is here
			return response, nil
		}
	}
	_ = stream.Reset()
	return nil, requestError(err)
}

// converse writes the request and reads the answer.
func converse(stream network.Stream, p Protocol, request []byte) ([]byte, error) {
	if err := writeFrame(stream, nil, request); err != nil {
		return nil, err
	}
	if err := stream.CloseWrite(); err != nil {
		return nil, err
	}
	return readResponse(bufio.NewReader(stream), p.MaxResponse)
}

func readResponse(r *bufio.Reader, limit int) ([]byte, error) {
	code, err := r.ReadByte()
	if err != nil {
		return nil, unexpectedEOF(err)
	}
	switch code {
	case codeOK:
		return readFrame(r, limit)
	case codeRefused, codeBusy:
		text, err := readFrame(r, maxRefusal)
		if err != nil {
			return nil, err
		}
		return nil, &RemoteError{Code: code, Text: printable(text)}
	default:
		return nil, fmt.Errorf("%w: response code %d", errFraming, code)
	}
}

// requestError translates libp2p's errors into those that callers know.
func requestError(err error) error {
	switch {
	case isTimeout(err):
		return context.DeadlineExceeded
	}
	if _, ok := errors.AsType[multistream.ErrNotSupported[protocol.ID]](err); ok {
		return ErrNotServed
	}
	return err
}

// isTimeout reports whether a deadline has passed, of a context or a stream.
func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// blameStream reports a peer for what it did to a stream.
func (s *Service) blameStream(id peer.ID, p Protocol, err error) {
	err = fmt.Errorf("protocol %s: %w", p.ID, err)
	switch {
	case errors.Is(err, ErrTooLarge):
		s.Report(id, Oversized, err)
	case errors.Is(err, errFraming), errors.Is(err, io.ErrUnexpectedEOF):
		s.Report(id, Malformed, err)
	case isTimeout(err):
		s.Report(id, Timeout, err)
	}
}

// printable makes a peer's text safe for logs.
func printable(text []byte) string {
	out := make([]rune, 0, len(text))
	for _, r := range string(text) {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			r = '?'
		}
		out = append(out, r)
	}
	return string(out)
}
