package sync

import (
	"errors"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

// What a peer claims counts until it fails to show it.
func TestHighest(t *testing.T) {
	w := newWorld(t)
	blocks := w.Chain(w.Genesis(), 3, nil)
	n := w.node(blocks)
	if highest := n.Highest(); highest != 0 {
		t.Errorf("highest block %d without peers", highest)
	}
	head := types.CopyHeader(blocks[2].Header())
	head.Number = big.NewInt(500)

	modest := w.claim(head, 1) // many blocks, but less work than ours
	w.stranger(modest).join(n, modest)
	if highest := n.Highest(); highest != 0 {
		t.Errorf("highest block %d: less work counts", highest)
	}

	asked := make(chan struct{})
	claim := w.claim(head, w.work(blocks)+1_000_000)
	s := w.stranger(claim)
	s.serve(newProtocols().headers, func([]byte) ([]byte, error) {
		<-asked
		return nil, errors.New("there are none")
	})
	s.join(n, claim)
	await(t, "the claim to count", func() bool { return n.Highest() == 500 })
	close(asked)
	await(t, "the claim to be found out", func() bool { return n.Highest() == 0 })
}

// A full disk is not held against the peers: the node catches up as soon as there is
// room, before it mines on a head of long ago.
func TestSyncAfterDiskFull(t *testing.T) {
	w := newWorld(t)
	blocks := w.Chain(w.Genesis(), 20, nil)
	peer := w.node(blocks)
	var full atomic.Bool
	full.Store(true)
	w.full = func() error {
		if full.Load() {
			return errors.New("the disk is nearly full")
		}
		return nil
	}
	n := w.node(nil)
	connect(peer, n)
	if _, found := n.choose(time.Now().Add(time.Hour)); found {
		t.Error("a sync begins though the chain takes no blocks")
	}
	full.Store(false)
	await(t, "the blocks", func() bool { return n.chain.CurrentBlock().Hash() == blocks[19].Hash() })
	if p, _ := n.peers.get(peer.id()); p.fails > 0 {
		t.Errorf("the peer is blamed for %d syncs that failed", p.fails)
	}
}
