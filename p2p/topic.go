package p2p

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pubsubpb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

// MaxTopicMessage is the most that a topic can carry, in bytes. It bounds what
// one peer can make us hold in memory.
const MaxTopicMessage = 16 << 20

// gossipOverhead is what gossipsub adds around a message.
const gossipOverhead = 4 << 10

const (
	// minPending is how many bytes of one peer's messages may wait for validation
	// or be in it, or two messages if that is more.
	minPending = 8 << 20

	// minCost is what a small message counts for, so that one peer has no more than
	// 512 of them waiting.
	minCost = 16 << 10

	// maxWaiting is how many messages of a topic may do so.
	maxWaiting = 4096
)

// Defaults of TopicConfig.
const (
	defaultTopicTimeout     = 10 * time.Second
	defaultTopicConcurrency = 64
)

// Validator decides on a message of a topic, and consumes it. It returns
//   - nil: the message is good and is forwarded to other peers;
//   - an error that wraps a [*Misconduct]: it is dropped and the peer blamed;
//   - any other error: it is dropped, and nobody is to blame.
//
// The message came from the peer `from`, which need not have made it. Our own
// messages are not validated. Validators run concurrently; the context ends
// with the topic's timeout or the service.
type Validator func(ctx context.Context, from peer.ID, data []byte) error

// TopicConfig describes a topic.
type TopicConfig struct {
	Name        string
	MaxMessage  int // bytes, at most MaxTopicMessage
	Validate    Validator
	Timeout     time.Duration // of a validation; 0 = 10 s
	Concurrency int           // messages validated at once, further ones wait as long; 0 = 64
}

// Topic is a joined topic.
type Topic struct {
	s      *Service
	cfg    TopicConfig
	handle *pubsub.Topic

	slots chan struct{} // one token for every message in validation

	mu      sync.Mutex
	pending map[peer.ID]int // bytes in validation, by sender; guarded by mu
}

// Join subscribes to a topic. It can be called before and after Start.
func (s *Service) Join(cfg TopicConfig) (*Topic, error) {
	switch {
	case cfg.Name == "" || cfg.Validate == nil:
		return nil, errors.New("join topic: no name or no validator")
	case cfg.MaxMessage <= 0 || cfg.MaxMessage > MaxTopicMessage:
		return nil, fmt.Errorf("join topic %s: limit of %d bytes is not between 1 and %d", cfg.Name, cfg.MaxMessage, MaxTopicMessage)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTopicTimeout
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = defaultTopicConcurrency
	}
	t := &Topic{s: s, cfg: cfg, slots: make(chan struct{}, cfg.Concurrency), pending: make(map[peer.ID]int)}
	// gossipsub would drop what is above its own limit of concurrency.
	err := s.pubsub.RegisterTopicValidator(cfg.Name, t.validate, pubsub.WithValidatorConcurrency(maxWaiting))
	if err != nil {
		return nil, fmt.Errorf("join topic %s: %w", cfg.Name, err)
	}
	if t.handle, err = s.pubsub.Join(cfg.Name); err != nil {
		return nil, fmt.Errorf("join topic %s: %w", cfg.Name, err)
	}
	// The validator is the consumer: relaying puts us into the mesh without a
	// subscription that somebody would have to drain.
	if _, err = t.handle.Relay(); err != nil {
		return nil, fmt.Errorf("join topic %s: %w", cfg.Name, err)
	}
	return t, nil
}

func (t *Topic) validate(ctx context.Context, from peer.ID, msg *pubsub.Message) pubsub.ValidationResult {
	if from == t.s.host.ID() {
		return pubsub.ValidationAccept
	}
	err := t.check(ctx, from, msg.GetData())
	if err == nil {
		return pubsub.ValidationAccept
	}
	if offence, ok := blamed(err); ok {
		t.s.Report(from, offence, err)
		return pubsub.ValidationReject
	}
	return pubsub.ValidationIgnore
}

func (t *Topic) check(ctx context.Context, from peer.ID, data []byte) error {
	if len(data) > t.cfg.MaxMessage {
		return Blame(Oversized, fmt.Errorf("%w: %d bytes on topic %s, %d allowed", ErrTooLarge, len(data), t.cfg.Name, t.cfg.MaxMessage))
	}
	cost := max(len(data), minCost)
	if !t.begin(from, cost) {
		return errPending
	}
	defer t.end(from, cost)
	if err := t.wait(ctx); err != nil {
		return err
	}
	defer func() { <-t.slots }()
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	defer cancel()
	return t.cfg.Validate(ctx, from, data)
}

// wait takes a slot for a validation.
func (t *Topic) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	defer cancel()
	select {
	case t.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errPending
	}
}

// errPending is returned for a message that comes while too much is being
// validated, of the same peer or of all.
var errPending = errors.New("too much in validation")

// begin bounds what one peer makes us hold.
func (t *Topic) begin(from peer.ID, cost int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending[from]+cost > max(minPending, 2*t.cfg.MaxMessage) {
		return false
	}
	t.pending[from] += cost
	return true
}

func (t *Topic) end(from peer.ID, cost int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending[from] -= cost; t.pending[from] == 0 {
		delete(t.pending, from)
	}
}

// Publish sends a message to the peers on the topic. It returns when the
// message is queued for sending; that there is no peer is no error. The data
// must not be changed afterwards.
func (t *Topic) Publish(ctx context.Context, data []byte) error {
	if len(data) > t.cfg.MaxMessage {
		return fmt.Errorf("publish on %s: %w: %d bytes, %d allowed", t.cfg.Name, ErrTooLarge, len(data), t.cfg.MaxMessage)
	}
	if err := t.handle.Publish(ctx, data); err != nil {
		return fmt.Errorf("publish on %s: %w", t.cfg.Name, err)
	}
	return nil
}

// Mesh returns the peers that forward the topic's messages to us and get ours.
func (t *Topic) Mesh() []peer.ID { return t.s.mesh.peers(t.cfg.Name) }

func newPubSub(s *Service) (*pubsub.PubSub, error) {
	params := pubsub.DefaultGossipSubParams()
	// For networks of 2 to 20 nodes (design, section 6).
	params.D, params.Dlo, params.Dhi, params.Dout = 4, 2, 8, 1
	// A new peer joins the mesh with the next heartbeat, and what is forwarded
	// before does not reach it: half the usual interval, windows as usual.
	params.HeartbeatInterval /= 2
	params.HistoryLength *= 2
	params.HistoryGossip *= 2
	// No peer makes us dial others.
	params.Connectors, params.MaxPendingConnections = 0, 0
	return pubsub.NewGossipSub(s.ctx, s.gossip,
		pubsub.WithGossipSubParams(params),
		pubsub.WithFloodPublish(true),
		pubsub.WithNoAuthor(),
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithMessageIdFn(messageID),
		pubsub.WithMaxMessageSize(MaxTopicMessage+gossipOverhead),
		pubsub.WithValidateQueueSize(1024),
		pubsub.WithPeerOutboundQueueSize(256),
		pubsub.WithRawTracer(s.mesh),
		pubsub.WithSubscriptionFilter(s.topics),
		pubsub.WithLogger(slog.New(newLogHandler(s.log, "gossip"))),
	)
}

// messageID names a message by its content: nodes that publish the same bytes
// publish the same message.
func messageID(m *pubsubpb.Message) string {
	h := sha256.New()
	h.Write([]byte(m.GetTopic()))
	h.Write([]byte{0}) // ends the topic, which has no such byte
	h.Write(m.GetData())
	return string(h.Sum(nil)[:20])
}
