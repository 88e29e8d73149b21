package miner

import (
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// dev makes the controls of a started miner.
func (n *node) dev(s *Service) *Dev {
	n.t.Helper()
	keys := make(map[common.Address]*ecdsa.PrivateKey)
	for i := range 9 {
		keys[chaintest.Address(i)] = chaintest.Key(i)
	}
	d, err := NewDev(DevConfig{
		Miner: s, Chain: n.chain, Pool: n.pool, Bank: chaintest.Key(9),
		Key: func(account common.Address) *ecdsa.PrivateKey { return keys[account] },
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return d
}

// BenchmarkDevMine is one block of many that are made at once.
func BenchmarkDevMine(b *testing.B) {
	n := newNode(b, instant())
	d := n.dev(n.mining(nil))
	b.ResetTimer()
	if err := d.Mine(b.Context(), uint64(b.N), 0, 1); err != nil {
		b.Fatal(err)
	}
}
