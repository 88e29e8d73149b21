package txpool

import (
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/sirupsen/logrus"
)

const (
	// go-ethereum's pool takes back the transactions of the branch that was left,
	// unless the heads of the two branches are further apart than this.
	ownReinjection = 64

	reorgBuffer = 4 // reorgs so deep are rare: no reader is ever behind by more
)

// reinjector takes back the transactions of long branches that were left: a
// partition that lasted leaves one side with many more blocks than the other.
type reinjector struct {
	*Service
	reorgs chan chain.ReorgEvent
	sub    event.Subscription
}

func (s *Service) newReinjector() *reinjector {
	r := &reinjector{Service: s, reorgs: make(chan chain.ReorgEvent, reorgBuffer)}
	r.sub = s.cfg.Chain.SubscribeReorg(r.reorgs)
	return r
}

func (r *reinjector) run() {
	defer r.sub.Unsubscribe()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-r.sub.Err():
			return
		case reorg := <-r.reorgs:
			if apart(reorg) > ownReinjection {
				r.reinject(reorg)
			}
		}
	}
}

// apart is how many blocks lie between the heights of the two branches' heads.
func apart(reorg chain.ReorgEvent) int {
	return max(len(reorg.Old)-len(reorg.New), len(reorg.New)-len(reorg.Old))
}

// reinject pools the transactions of the old branch that the new one does not
// contain, in the order in which they were mined.
func (r *reinjector) reinject(reorg chain.ReorgEvent) {
	if err := r.pool.Sync(); err != nil { // until then their nonces seem used
		return // the pool is closed
	}
	back := 0
	for _, header := range reorg.Old {
		block := r.cfg.Chain.GetBlock(header.Hash(), header.Number.Uint64())
		if block == nil || r.ctx.Err() != nil {
			return
		}
		var lost []*types.Transaction
		for _, tx := range block.Transactions() {
			if lookup, _ := r.cfg.Chain.GetCanonicalTransaction(tx.Hash()); lookup == nil {
				lost = append(lost, tx)
			}
		}
		for _, err := range r.pool.Add(lost, true) {
			if err == nil {
				back++
			}
		}
	}
	r.cfg.Log.WithFields(logrus.Fields{"blocks": len(reorg.Old), "txs": back}).
		Info("Took back the transactions of the branch that was left")
}
