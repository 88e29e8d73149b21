package txpool

import (
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/sirupsen/logrus"
)

const reorgBuffer = 4 // reorgs are rare: no reader is ever behind by more

// reinjector takes back the transactions of branches that were left. go-ethereum's
// pool does so itself, unless the heads between which it resets are more than 64
// blocks apart. That is so after a partition that left one side with many more
// blocks, and, whatever the branches, when further blocks come in so quickly that
// the pool takes several heads in one step. As it does not tell, all is looked at.
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
			r.reinject(reorg)
		}
	}
}

// reinject pools the transactions of the old branch that the new one does not
// contain, in the order in which they were mined.
func (r *reinjector) reinject(reorg chain.ReorgEvent) {
	// Until the pool has followed the head, their nonces seem used.
	if err := r.Sync(); err != nil {
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
		if len(lost) == 0 {
			continue
		}
		for _, err := range r.pool.Add(lost, true) {
			if err == nil {
				back++
			}
		}
	}
	if back == 0 {
		return // go-ethereum's pool has done it, or there were none
	}
	r.cfg.Log.WithFields(logrus.Fields{"blocks": len(reorg.Old), "txs": back}).
		Info("Took back the transactions of the branch that was left")
}
