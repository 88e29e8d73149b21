package chain

import (
	"cmp"
	"slices"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
	"github.com/sirupsen/logrus"
)

// SubscribeReorg delivers an event for each switch of the head to a branch that
// does not contain the old head. The new head was announced before.
func (s *Service) SubscribeReorg(ch chan<- ReorgEvent) event.Subscription {
	return s.scope.Track(s.reorgs.Subscribe(ch))
}

func sorted(blocks types.Blocks) types.Blocks {
	slices.SortFunc(blocks, func(a, b *types.Block) int { return cmp.Compare(a.NumberU64(), b.NumberU64()) })
	return blocks
}

func blockFields(block *types.Block) logrus.Fields {
	return logrus.Fields{"number": block.NumberU64(), "hash": block.Hash()}
}
