package rpc

import (
	"crypto/ecdsa"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// bank is the account of a test's chain that gives others what they shall have.
const bank = 9

// newDevNode starts a node of a development chain, with its controls.
func newDevNode(t testing.TB, change ...func(*Config)) *node {
	t.Helper()
	return newNodeOf(t, t.TempDir(), devParams(), change...)
}

// devParams are a development chain's: any nonce is a proof.
func devParams() *pow.Params {
	p := pow.DefaultParams()
	p.TargetInterval, p.HalfLife = 1, 30
	p.Limit = new(big.Int).Sub(new(big.Int).Lsh(common.Big1, 256), common.Big1)
	p.InitialTarget = pow.MaxCompact
	return &p
}

// openDev makes the controls. The node has the keys of all funded accounts but the
// bank.
func (n *node) openDev(cfg *Config) {
	keys := make(map[common.Address]*ecdsa.PrivateKey)
	for i := range bank {
		keys[chaintest.Address(i)] = chaintest.Key(i)
	}
	dev, err := miner.NewDev(miner.DevConfig{
		Miner: n.miner, Chain: n.chain, Pool: n.pool, Bank: chaintest.Key(bank),
		Key: func(account common.Address) *ecdsa.PrivateKey { return keys[account] },
	})
	n.check(err)
	cfg.Dev, cfg.API = dev, publicNamespaces()
}
