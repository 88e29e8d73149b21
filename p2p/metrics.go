package p2p

import (
	"context"
	"errors"
	"fmt"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	libp2pmetrics "github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/monolith-chain/monolith/p2p/discovery"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the network tells Prometheus.
type metrics struct {
	dials    *prometheus.CounterVec   // by result
	bytes    *prometheus.CounterVec   // by protocol and direction
	gossip   *prometheus.CounterVec   // by topic and verdict
	requests *prometheus.CounterVec   // by protocol, side and result
	offences *prometheus.CounterVec   // by offence
	bans     *prometheus.CounterVec   // by reason
	again    *prometheus.HistogramVec // by topic
	pings    prometheus.Histogram
}

// newMetrics registers the metrics unless the registerer is nil.
func newMetrics(registerer prometheus.Registerer, roster *roster, mesh *mesh) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "monolith", Subsystem: "p2p", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Namespace: "monolith", Subsystem: "p2p", Name: name, Help: help, Buckets: buckets}
	}
	m := &metrics{
		dials:    counter("dials_total", "Dials of the node's own accord, by result.", "result"),
		bytes:    counter("bytes_total", "Bytes of streams, by protocol and direction (in, out).", "protocol", "direction"),
		gossip:   counter("gossip_messages_total", "Messages from peers, by topic and what became of them.", "topic", "verdict"),
		requests: counter("requests_total", "Requests, by protocol, side (served, asked) and result.", "protocol", "side", "result"),
		offences: counter("offences_total", "Offences of peers, by kind.", "offence"),
		bans:     counter("bans_total", "Bans, by reason: an offence, or manual.", "reason"),
		again: prometheus.NewHistogramVec(histogram("gossip_repeat_delay_seconds",
			"Time from the first arrival of a message to each further one, from other peers, by topic: how far apart the network's paths to this node are. "+
				"Peers that learn in time that the message is here do not send it.",
			prometheus.ExponentialBuckets(0.001, 2, 13)), []string{"topic"}), // 1 ms to 4 s
		pings: prometheus.NewHistogram(histogram("ping_seconds",
			"Time that a small message takes to a peer and back, measured with each peer every 30 seconds.",
			prometheus.ExponentialBuckets(0.00025, 2, 13))), // 0.25 ms to 1 s
	}
	if registerer == nil {
		return m, nil
	}
	var faults []error
	for _, c := range []prometheus.Collector{m.dials, m.bytes, m.gossip, m.requests, m.offences, m.bans, m.again, m.pings, newCensus(roster, mesh)} {
		faults = append(faults, registerer.Register(c))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("p2p metrics: %w", err)
	}
	return m, nil
}

// dialled counts a dial.
func (m *metrics) dialled(err error) {
	result := "failed"
	switch {
	case err == nil:
		result = "connected"
	case errors.Is(err, context.Canceled):
		return
	case errors.Is(err, context.DeadlineExceeded):
		result = "timeout"
	case errors.Is(err, discovery.ErrUnresolved):
		result = "unresolved"
	case errors.Is(err, discovery.ErrSelf):
		result = "self"
	case errors.Is(err, ErrBanned):
		result = "banned"
	case errors.Is(err, errRefused):
		result = "refused"
	}
	m.dials.WithLabelValues(result).Inc()
}

func (m *metrics) served(id protocol.ID, err error) { m.request(id, "served", err) }
func (m *metrics) asked(id protocol.ID, err error)  { m.request(id, "asked", err) }

func (m *metrics) request(id protocol.ID, side string, err error) {
	result := "failed"
	if err == nil {
		result = "ok"
	} else if remote, ok := errors.AsType[*RemoteError](err); ok && remote.Busy() {
		result = "busy"
	} else if _, refusal := errors.AsType[*Refusal](err); refusal || ok {
		result = "refused"
	} else if errors.Is(err, context.DeadlineExceeded) {
		result = "timeout"
	}
	m.requests.WithLabelValues(string(id), side, result).Inc()
}

// census counts peers when it is scraped.
type census struct {
	roster           *roster
	mesh             *mesh
	peers, meshPeers *prometheus.Desc
}

func newCensus(roster *roster, mesh *mesh) *census {
	return &census{
		roster: roster, mesh: mesh,
		peers:     prometheus.NewDesc("monolith_p2p_peers", "Connected peers, by direction (inbound, outbound) and transport.", []string{"direction", "transport"}, nil),
		meshPeers: prometheus.NewDesc("monolith_p2p_gossip_mesh_peers", "Peers in the mesh of a topic.", []string{"topic"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *census) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.peers
	ch <- c.meshPeers
}

// Collect implements prometheus.Collector.
func (c *census) Collect(ch chan<- prometheus.Metric) {
	type kind struct{ direction, transport string }
	counts := map[kind]int{{"inbound", "tcp"}: 0, {"inbound", "quic"}: 0, {"outbound", "tcp"}: 0, {"outbound", "quic"}: 0}
	for _, m := range c.roster.all() {
		direction := "outbound"
		if m.inbound {
			direction = "inbound"
		}
		counts[kind{direction, transportOf(m.conn.RemoteMultiaddr())}]++
	}
	for kind, n := range counts {
		ch <- prometheus.MustNewConstMetric(c.peers, prometheus.GaugeValue, float64(n), kind.direction, kind.transport)
	}
	for topic, n := range c.mesh.sizes() {
		ch <- prometheus.MustNewConstMetric(c.meshPeers, prometheus.GaugeValue, float64(n), topic)
	}
}

// bandwidth counts the bytes of streams. libp2p offers the rest of its interface
// to readers other than Prometheus; nobody asks.
type bandwidth struct{ bytes *prometheus.CounterVec }

var _ libp2pmetrics.Reporter = bandwidth{}

// LogSentMessageStream implements metrics.Reporter.
func (b bandwidth) LogSentMessageStream(n int64, id protocol.ID, _ peer.ID) { b.count(n, id, "out") }

// LogRecvMessageStream implements metrics.Reporter.
func (b bandwidth) LogRecvMessageStream(n int64, id protocol.ID, _ peer.ID) { b.count(n, id, "in") }

func (b bandwidth) count(n int64, id protocol.ID, direction string) {
	if id == "" {
		id = "negotiation"
	}
	b.bytes.WithLabelValues(string(id), direction).Add(float64(n))
}

func (bandwidth) LogSentMessage(int64)                            {}
func (bandwidth) LogRecvMessage(int64)                            {}
func (bandwidth) GetBandwidthForPeer(peer.ID) libp2pmetrics.Stats { return libp2pmetrics.Stats{} }
func (bandwidth) GetBandwidthForProtocol(protocol.ID) libp2pmetrics.Stats {
	return libp2pmetrics.Stats{}
}
func (bandwidth) GetBandwidthTotals() libp2pmetrics.Stats                     { return libp2pmetrics.Stats{} }
func (bandwidth) GetBandwidthByPeer() map[peer.ID]libp2pmetrics.Stats         { return nil }
func (bandwidth) GetBandwidthByProtocol() map[protocol.ID]libp2pmetrics.Stats { return nil }
func (bandwidth) Reset()                                                      {}
func (bandwidth) TrimIdle(time.Time)                                          {}

// verdicts translates gossipsub's reasons for not forwarding a message.
func verdict(reason string) string {
	switch reason {
	case pubsub.RejectValidationFailed:
		return "rejected"
	case pubsub.RejectValidationIgnored:
		return "ignored"
	case pubsub.RejectValidationQueueFull, pubsub.RejectValidationThrottled:
		return "dropped"
	}
	return "malformed"
}
