package sync

import (
	"context"
	"math/big"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
)

// stranger is a peer under the test's control: real connections, but it answers
// requests and publishes whatever the test wants. What it is not told to do it does
// not serve.
type stranger struct {
	*world
	net    *nodep2p.Service
	blocks *nodep2p.Topic
	txs    *nodep2p.Topic
	heard  chan []byte // messages of the topics
}

// stranger starts one that makes handshakes and claims the given head.
func (w *world) stranger(head status) *stranger {
	w.t.Helper()
	s := &stranger{world: w, net: w.network(w.chain(), discard()), heard: make(chan []byte, 1000)}
	listen := func(_ context.Context, _ peer.ID, data []byte) error {
		select {
		case s.heard <- data:
		default:
		}
		return nil
	}
	var err error
	hash := w.Genesis().Hash()
	s.blocks, err = s.net.Join(nodep2p.TopicConfig{Name: blockTopic(hash), MaxMessage: nodep2p.MaxTopicMessage, Validate: listen})
	check(w.t, err)
	s.txs, err = s.net.Join(nodep2p.TopicConfig{Name: txTopic(hash), MaxMessage: nodep2p.MaxTopicMessage, Validate: listen})
	check(w.t, err)
	s.serve(newProtocols().status, func([]byte) ([]byte, error) { return encode(&head), nil })
	s.net.Start()
	return s
}

// serve answers requests.
func (s *stranger) serve(p nodep2p.Protocol, answer func([]byte) ([]byte, error)) {
	s.t.Helper()
	p.MaxResponse = nodep2p.MaxTopicMessage
	check(s.t, s.net.Handle(p, func(_ context.Context, _ peer.ID, request []byte) ([]byte, error) { return answer(request) }))
}

// ask sends a request to a node.
func (s *stranger) ask(to *node, p nodep2p.Protocol, request any) ([]byte, error) {
	s.t.Helper()
	return s.net.Request(s.t.Context(), to.id(), p, encode(request))
}

// claim is a status with the given head and work; the rest is right.
func (w *world) claim(head *types.Header, work int64) status {
	return status{
		Version: protocolVersion, ChainID: w.genesis.Config.ChainID, Genesis: w.Genesis().Hash(),
		ForkID: forkid.NewID(w.genesis.Config, w.Genesis(), 0, head.Time),
		Number: head.Number.Uint64(), Head: head.Hash(), Work: big.NewInt(work), Time: uint64(time.Now().UnixMilli()),
	}
}

// join connects the stranger to a node and makes the handshake.
func (s *stranger) join(n *node, claim status) {
	s.t.Helper()
	dial(s.t, s.net, n.net)
	_, err := s.ask(n, newProtocols().status, &claim)
	check(s.t, err)
	await(s.t, "gossip mesh", func() bool { return len(s.blocks.Mesh()) > 0 && len(s.txs.Mesh()) > 0 })
}

// lieTo connects the stranger to a node, which may have caught it in a lie and hung
// up before the connection counts as made.
func (s *stranger) lieTo(n *node) {
	s.t.Helper()
	if err := s.net.Connect(s.t.Context(), n.net.Self().Addrs[0]); err != nil && n.blamed(s.net.Self().ID) == nil {
		s.t.Fatal(err)
	}
}

// tell publishes a message once it is sure to be sent.
func (s *stranger) tell(topic *nodep2p.Topic, message []byte) {
	s.t.Helper()
	check(s.t, topic.Publish(s.t.Context(), message))
}

// awaitBlame awaits that a node blames a peer for an offence.
func (n *node) awaitBlame(id peer.ID, offence nodep2p.Offence) {
	n.t.Helper()
	await(n.t, "blame for "+offence.String(), func() bool {
		for _, entry := range n.logs.AllEntries() {
			if entry.Data["peer"] == id && entry.Data["offence"] == offence {
				return true
			}
		}
		return false
	})
}

// serveChain serves headers and blocks of a chain that begins above genesis, after
// they were tampered with.
func (s *stranger) serveChain(blocks types.Blocks, headers func([]*types.Header) []*types.Header, bodies func(types.Blocks) types.Blocks) {
	s.t.Helper()
	s.serve(newProtocols().headers, func(data []byte) ([]byte, error) {
		request, err := decodeHeadersRequest(data)
		if err != nil {
			return nil, err
		}
		answer := []*types.Header{}
		for _, block := range blocks[s.heightOf(blocks, request.Locator):] {
			answer = append(answer, block.Header())
		}
		if headers != nil && len(answer) > 0 {
			answer = headers(answer)
		}
		return encode(answer), nil
	})
	s.serve(newProtocols().blocks, func(data []byte) ([]byte, error) {
		hashes, err := decodeHashes(data, maxBlocks)
		if err != nil {
			return nil, err
		}
		answer := types.Blocks{}
		for _, hash := range hashes {
			for _, block := range blocks {
				if block.Hash() == hash {
					answer = append(answer, block)
				}
			}
		}
		if bodies != nil && len(answer) > 0 {
			answer = bodies(answer)
		}
		return encode(answer), nil
	})
}

// heightOf is the number of the first block of the locator that is on the chain.
func (s *stranger) heightOf(blocks types.Blocks, locator []common.Hash) int {
	for _, hash := range locator {
		for _, block := range blocks {
			if block.Hash() == hash {
				return int(block.NumberU64())
			}
		}
	}
	return 0
}

// work is the cumulative work of a chain above genesis.
func (w *world) work(blocks types.Blocks) int64 {
	work := int64(1) // genesis
	for _, block := range blocks {
		seal, err := pow.ParseSeal(block.Extra())
		check(w.t, err)
		work += pow.Work(seal.Target).Int64()
	}
	return work
}

// blamed returns the log entry in which a node blames a peer for more than
// slowness, if there is one.
func (n *node) blamed(id peer.ID) *logrus.Entry {
	for _, entry := range n.logs.AllEntries() {
		offence, ok := entry.Data["offence"].(nodep2p.Offence)
		if ok && entry.Data["peer"] == id && offence != nodep2p.Timeout && offence != nodep2p.Useless {
			return entry
		}
	}
	return nil
}

// logged reports whether the node has logged an error that contains text, at info
// or above.
func (n *node) logged(text string) bool {
	for _, entry := range n.logs.AllEntries() {
		if err, ok := entry.Data[logrus.ErrorKey].(error); ok && entry.Level <= logrus.InfoLevel && strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// offsetClock is the clock, put forward.
type offsetClock struct{ ahead atomic.Int64 }

func (c *offsetClock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *offsetClock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// said reports whether the node has logged a message.
func (n *node) said(message string) bool {
	for _, entry := range n.logs.AllEntries() {
		if entry.Message == message {
			return true
		}
	}
	return false
}
