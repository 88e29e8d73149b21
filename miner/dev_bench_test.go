package miner

import (
	"testing"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/wallet"
)

// dev makes the controls of a started miner.
func (n *node) dev(s *Service) *Dev {
	n.t.Helper()
	cfg := wallet.Config{Log: discard()}
	for i := range 9 {
		cfg.Open = append(cfg.Open, chaintest.Key(i))
	}
	keys, err := wallet.New(n.t.Context(), cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	d, err := NewDev(DevConfig{Miner: s, Chain: n.chain, Pool: n.pool, Wallet: keys, Bank: chaintest.Key(9)})
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
