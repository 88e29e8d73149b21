package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pubsubpb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"golang.org/x/time/rate"
)

const (
	// gossipPatience is how long a peer may take for one message of gossip, once
	// it has begun: 12 MiB on a line of 2 Mbit/s.
	gossipPatience = time.Minute

	// A peer needs one gossip stream per connection. Each further one costs us a
	// little, and ends the one before.
	gossipStreamRate, gossipStreamBurst = 0.2, 10

	// A peer that sends more messages of gossip a second is read more slowly, so
	// that it cannot keep gossipsub, which has one loop, from others'.
	gossipRate, gossipBurst = 2000, 4000

	// topicsPerPeer bounds the topics that are noted for a peer. It is no more
	// than a guard of memory: one network has a handful.
	topicsPerPeer = 32
)

// gossipHost stands between gossipsub and libp2p, to see what gossipsub does not
// tell: streams that it gives up because of what it read, and half messages, for
// whose other half it would wait without end.
type gossipHost struct {
	host.Host
	s        *Service
	patience time.Duration // gossipPatience, but for tests

	mu      sync.Mutex
	streams map[peer.ID]*gossipPeer // guarded by mu
}

// gossipPeer is what is known of a peer's gossip streams.
type gossipPeer struct {
	current  *gossipStream
	opened   *rate.Limiter // streams
	messages *rate.Limiter
}

func newGossipHost(s *Service) *gossipHost {
	return &gossipHost{Host: s.host, s: s, patience: gossipPatience, streams: make(map[peer.ID]*gossipPeer)}
}

// SetStreamHandler implements host.Host.
func (h *gossipHost) SetStreamHandler(id protocol.ID, handler network.StreamHandler) {
	h.Host.SetStreamHandler(id, func(stream network.Stream) {
		guarded := &gossipStream{Stream: stream, h: h, read: frameReader{limit: MaxTopicMessage + gossipOverhead}}
		if !h.begin(guarded) {
			h.s.Report(stream.Conn().RemotePeer(), Flood, errors.New("too many gossip streams"))
			_ = stream.Reset()
			return
		}
		handler(guarded)
		h.end(guarded)
	})
}

// NewStream implements host.Host. gossipsub does not dial: whom it misses may
// have been sent away.
func (h *gossipHost) NewStream(ctx context.Context, id peer.ID, protocols ...protocol.ID) (network.Stream, error) {
	return h.Host.NewStream(network.WithNoDial(ctx, "gossip"), id, protocols...)
}

// begin notes a new stream. When there is another of the same peer, gossipsub is
// going to end one of the two, usually the older.
func (h *gossipHost) begin(stream *gossipStream) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := stream.Conn().RemotePeer()
	p := h.streams[id]
	if p == nil {
		p = &gossipPeer{
			opened:   rate.NewLimiter(gossipStreamRate, gossipStreamBurst),
			messages: rate.NewLimiter(gossipRate, gossipBurst),
		}
		h.streams[id] = p
	}
	stream.messages = p.messages
	if !p.opened.Allow() {
		return false
	}
	if p.current != nil {
		p.current.excused.Store(true)
		stream.excused.Store(true)
	}
	p.current = stream
	return true
}

func (h *gossipHost) end(stream *gossipStream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.streams[stream.Conn().RemotePeer()]; p != nil && p.current == stream {
		p.current = nil
	}
}

// tidy forgets peers that are gone, once they may open all their streams again.
func (h *gossipHost) tidy() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, p := range h.streams {
		if h.Network().Connectedness(id) == network.NotConnected && p.opened.Tokens() >= gossipStreamBurst {
			delete(h.streams, id)
		}
	}
}

// gossipStream is a stream on which a peer sends gossip.
type gossipStream struct {
	network.Stream
	h        *gossipHost
	messages *rate.Limiter
	read     frameReader
	excused  atomic.Bool // its reset has another reason than what was read
}

// Read implements io.Reader. A message that has begun must end in time.
func (g *gossipStream) Read(p []byte) (int, error) {
	n, err := g.Stream.Read(p)
	before := g.read.inside()
	ended, fault := g.read.advance(p[:n])
	if inside := g.read.inside(); inside != before || (inside && ended > 0) {
		var deadline time.Time
		if inside {
			deadline = time.Now().Add(g.h.patience)
		}
		_ = g.SetReadDeadline(deadline) // fails only on a closed stream
	}
	switch {
	case fault != nil:
		err = fault
	case isTimeout(err):
		fault = &Misconduct{Timeout, errHalfGossip}
	case errors.Is(err, io.EOF) && g.read.inside():
		fault = &Misconduct{Malformed, errHalfGossip}
	}
	if fault != nil {
		g.h.s.Report(g.Conn().RemotePeer(), fault.Offence, fault.Err)
	}
	for err == nil && ended > 0 {
		ended--
		err = g.messages.Wait(g.h.s.ctx)
	}
	if err != nil {
		g.excused.Store(true)
	}
	return n, err
}

var errHalfGossip = errors.New("half a message of gossip")

// Reset implements network.Stream. gossipsub resets a stream when it cannot
// decode what it has read.
func (g *gossipStream) Reset() error {
	if !g.excused.Load() && g.h.s.ctx.Err() == nil && !g.Conn().IsClosed() {
		g.h.s.Report(g.Conn().RemotePeer(), Malformed, errors.New("gossip that cannot be decoded"))
	}
	return g.Stream.Reset()
}

// frameReader follows the messages in a stream of bytes: a varint, and as many
// bytes as it says.
type frameReader struct {
	limit  uint64
	length uint64 // of the message, as far as its varint is read
	shift  int    // bits of the varint read; 0 = none
	left   uint64 // bytes of the message to come
}

// inside reports whether a message has begun and not ended.
func (f *frameReader) inside() bool { return f.shift > 0 || f.left > 0 }

// advance takes the next bytes, and returns how many messages end in them.
func (f *frameReader) advance(p []byte) (ended int, fault *Misconduct) {
	for len(p) > 0 {
		if f.left > 0 {
			n := min(f.left, uint64(len(p)))
			p = p[n:]
			if f.left -= n; f.left == 0 {
				ended++
			}
			continue
		}
		b := p[0]
		p = p[1:]
		f.length |= uint64(b&0x7f) << f.shift
		f.shift += 7
		if f.length > f.limit {
			return ended, &Misconduct{Oversized, fmt.Errorf("%w: gossip of %d bytes", ErrTooLarge, f.length)}
		}
		if f.shift > 35 {
			return ended, &Misconduct{Malformed, errFraming}
		}
		if b < 0x80 {
			if f.length == 0 {
				ended++
			}
			f.left, f.length, f.shift = f.length, 0, 0
		}
	}
	return ended, nil
}

var _ pubsub.SubscriptionFilter = (*topicFilter)(nil)

// topicFilter bounds the topics that gossipsub notes for a peer. All topics are
// accepted up to the bound, since one may be joined later.
type topicFilter struct {
	mu     sync.Mutex
	topics map[peer.ID]map[string]struct{} // guarded by mu
}

func newTopicFilter() *topicFilter {
	return &topicFilter{topics: make(map[peer.ID]map[string]struct{})}
}

// CanSubscribe implements pubsub.SubscriptionFilter.
func (f *topicFilter) CanSubscribe(string) bool { return true }

// FilterIncomingSubscriptions implements pubsub.SubscriptionFilter.
func (f *topicFilter) FilterIncomingSubscriptions(from peer.ID, subs []*pubsubpb.RPC_SubOpts) ([]*pubsubpb.RPC_SubOpts, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	topics := f.topics[from]
	if topics == nil {
		topics = make(map[string]struct{})
		f.topics[from] = topics
	}
	var accepted []*pubsubpb.RPC_SubOpts
	for _, sub := range subs {
		topic := sub.GetTopicid()
		_, known := topics[topic]
		switch {
		case sub.GetSubscribe() && !known && len(topics) >= topicsPerPeer:
			continue
		case sub.GetSubscribe():
			topics[topic] = struct{}{}
		default:
			delete(topics, topic)
		}
		accepted = append(accepted, sub)
	}
	return accepted, nil
}

// tidy forgets the peers that are gone.
func (f *topicFilter) tidy(connected func(peer.ID) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.topics {
		if !connected(id) {
			delete(f.topics, id)
		}
	}
}
