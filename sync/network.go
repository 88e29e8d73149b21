package sync

import (
	"fmt"

	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/ethereum/go-ethereum/rlp"
	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// NetworkOf tells p2p which chain this node is on, so that it dials only nodes
// that are on it too.
func NetworkOf(chain forkid.Blockchain) nodep2p.Network {
	genesis, filter := chain.Genesis().Hash(), forkid.NewFilter(chain)
	return nodep2p.Network{
		Genesis: genesis,
		ForkID:  func() []byte { return encode(forkid.NewIDWithChain(chain)) },
		Compatible: func(theirs [32]byte, enc []byte) error {
			if genesis != theirs {
				return fmt.Errorf("genesis is %#x, ours is %#x", theirs, genesis)
			}
			var id forkid.ID
			if err := rlp.DecodeBytes(enc, &id); err != nil {
				return fmt.Errorf("fork id: %w", err)
			}
			return filter(id)
		},
	}
}

// mismatch says why a peer with this status is not on our network, if so, in words
// that are right on both sides.
func (s *Service) mismatch(theirs *status) error {
	ours := s.status()
	switch {
	case theirs.Version != ours.Version:
		return fmt.Errorf("protocol versions differ: %d, %d", theirs.Version, ours.Version)
	case theirs.Genesis != ours.Genesis:
		return fmt.Errorf("genesis blocks differ: %#x, %#x", theirs.Genesis, ours.Genesis)
	case theirs.ChainID.Cmp(ours.ChainID) != 0:
		return fmt.Errorf("chain ids differ: %v, %v", theirs.ChainID, ours.ChainID)
	}
	if err := s.forks(theirs.ForkID); err != nil {
		return fmt.Errorf("fork ids differ: %#x next %d, %#x next %d: %w",
			theirs.ForkID.Hash, theirs.ForkID.Next, ours.ForkID.Hash, ours.ForkID.Next, err)
	}
	return nil
}

// status is what we say of our chain.
func (s *Service) status() *status {
	head := s.cfg.Chain.CurrentBlock()
	hash, number := head.Hash(), head.Number.Uint64()
	return &status{
		Version: protocolVersion,
		ChainID: s.cfg.Chain.Config().ChainID,
		Genesis: s.genesis,
		ForkID:  forkid.NewIDWithChain(s.cfg.Chain),
		Number:  number,
		Head:    hash,
		Work:    s.headWork(),
		Time:    uint64(s.cfg.Now().UnixMilli()),
	}
}
