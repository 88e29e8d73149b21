package sync

import (
	"errors"
	"math/big"
	"testing"

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
