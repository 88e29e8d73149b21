package miner

import (
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

// betterBy: new transactions pay noticeably more when they may add at least a
// tenth to the fees of the payload in hand.
const betterBy = 10

// news is what arrived in the pool since the last payload was begun. The
// watcher adds to it, the main loop reads and resets it.
type news struct {
	// mu guards all that follows.
	mu       sync.Mutex
	baseFee  *big.Int // of the next block
	leastTip *big.Int
	count    int
	fees     *big.Int // the most that they can pay, in wei
	firstAt  time.Time
	latestAt time.Time
}

// reset forgets what arrived; later arrivals are valued at the given base fee.
func (n *news) reset(baseFee, leastTip *big.Int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.baseFee, n.leastTip = baseFee, leastTip
	n.count, n.fees = 0, new(big.Int)
}

// add takes note of new transactions.
func (n *news) add(txs []*types.Transaction, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count == 0 {
		n.firstAt = now
	}
	n.latestAt = now
	n.count += len(txs)
	for _, tx := range txs {
		// The gas limit stands in for the gas used, which is not known yet.
		if tip, err := tx.EffectiveGasTip(n.baseFee); err == nil && tip.Cmp(n.leastTip) >= 0 {
			n.fees.Add(n.fees, tip.Mul(tip, new(big.Int).SetUint64(tx.Gas())))
		}
	}
}

// tell writes the news into the schedule, compared with the payload in hand,
// which may be nil.
func (n *news) tell(plan *schedule, payload *Payload) {
	n.mu.Lock()
	defer n.mu.Unlock()
	plan.news = n.count > 0
	plan.firstAt, plan.latestAt = n.firstAt, n.latestAt

	fees := new(big.Int)
	if payload != nil {
		fees = payload.Fees
	}
	gain := new(big.Int).Mul(n.fees, big.NewInt(betterBy))
	plan.better = n.fees.Sign() > 0 && gain.Cmp(fees) >= 0
}
