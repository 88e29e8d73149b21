package sync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/txpool"
	"golang.org/x/time/rate"
)

// What travels on the topic of transactions. An honest node sends no more than
// sendRate, be it its own or other nodes' transactions; what it leaves out goes
// round with the exchange of pools. So a peer that sends twice as much is no
// honest node.
const (
	sendRate  = 2000 // transactions a second: a full block of transfers a second
	sendBurst = 2 * maxTxs
	peerRate  = 2 * sendRate
	peerBurst = 2 * sendBurst

	// wasteRate and wasteBurst are for transactions that are not invalid but of no
	// use to us: priced below the others, of a used nonce, for a full pool. Honest
	// nodes with other settings forward such, so nobody is blamed; but beyond this
	// rate a peer's transactions are not looked at, which would cost a signature
	// check each.
	wasteRate  = 200
	wasteBurst = maxTxs

	// batchWindow is how long the first transaction of a batch waits for others.
	batchWindow = 50 * time.Millisecond

	// queueMax bounds the transactions that wait to be sent. Beyond it they are
	// left to the exchange of pools.
	queueMax = 1 << 16

	// announcedMax is how many hashes are remembered of transactions which the
	// network has told us or we have told it: a full pool.
	announcedMax = 1 << 16

	txEventBuffer = 256 // events of the pool, which waits while they are full
)

var (
	errNothingNew = errors.New("no transaction was of use")
	errSyncing    = errors.New("not taken while the chain is syncing")
	errWasteful   = errors.New("too many transactions of no use")
	errRate       = errors.New("more transactions than are passed on")
)

// txGossip is what is known of transactions that go round.
type txGossip struct {
	announced *lru.Cache[common.Hash, struct{}]
	sending   *rate.Limiter

	mu    sync.Mutex // guards queue
	queue []*types.Transaction
	wake  chan struct{} // holds one
}

func newTxGossip() *txGossip {
	return &txGossip{
		announced: lru.NewCache[common.Hash, struct{}](announcedMax),
		sending:   rate.NewLimiter(sendRate, sendBurst),
		wake:      make(chan struct{}, 1),
	}
}

func newTxLimits() *txLimits {
	return &txLimits{all: rate.NewLimiter(peerRate, peerBurst), waste: rate.NewLimiter(wasteRate, wasteBurst)}
}

// enqueue has transactions sent that the network has not heard of.
func (g *txGossip) enqueue(txs []*types.Transaction) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, tx := range txs {
		if len(g.queue) >= queueMax {
			break
		}
		if hash := tx.Hash(); !g.announced.Contains(hash) {
			g.announced.Add(hash, struct{}{})
			g.queue = append(g.queue, tx)
		}
	}
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// forget lets transactions be sent once more.
func (g *txGossip) forget(txs []*types.Transaction) {
	for _, tx := range txs {
		g.announced.Remove(tx.Hash())
	}
}

// batch takes from the queue what fits into one message.
func (g *txGossip) batch() []rlp.RawValue {
	g.mu.Lock()
	defer g.mu.Unlock()
	var batch []rlp.RawValue
	size := 0
	for len(g.queue) > 0 && len(batch) < maxTxs {
		enc := encode(g.queue[0])
		if size += len(enc); size > softTxMessage && len(batch) > 0 {
			break
		}
		batch, g.queue = append(batch, enc), g.queue[1:]
	}
	return batch
}

// watchPool takes note of new executable transactions. It does nothing else, since
// the pool waits for it.
func (s *Service) watchPool() func() {
	events := make(chan core.NewTxsEvent, txEventBuffer)
	sub := s.cfg.Pool.SubscribeTransactions(events, true)
	return func() {
		defer sub.Unsubscribe()
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-sub.Err():
				return
			case event := <-events:
				s.txs.enqueue(event.Txs)
			}
		}
	}
}

// publishTxs sends what is queued, in batches.
func (s *Service) publishTxs() {
	window := time.NewTimer(0)
	defer window.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.txs.wake:
		}
		window.Reset(batchWindow)
		select {
		case <-s.ctx.Done():
			return
		case <-window.C:
		}
		for batch := s.txs.batch(); len(batch) > 0; batch = s.txs.batch() {
			if s.txs.sending.WaitN(s.ctx, len(batch)) != nil {
				return
			}
			if err := s.txTopic.Publish(s.ctx, encode(batch)); err != nil {
				s.log.WithField("txs", len(batch)).WithError(err).Debug("Transactions could not be sent")
				continue
			}
			s.metrics.txs.WithLabelValues("sent").Add(float64(len(batch)))
		}
	}
}

// validateTxs pools the transactions of a batch and decides whether it is passed
// on: if one of them was new and none is invalid.
func (s *Service) validateTxs(_ context.Context, from peer.ID, data []byte) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	txs, err := decodeTxs(data, maxTxs)
	if err != nil {
		return nodep2p.Blame(nodep2p.Malformed, err)
	}
	var limits *txLimits
	now := s.cfg.Now()
	s.peers.update(from, now, func(p *peerInfo) { limits = p.limits })
	if !limits.all.AllowN(now, len(txs)) {
		return nodep2p.Blame(nodep2p.Flood, fmt.Errorf("more than %d transactions a second", peerRate))
	}
	switch {
	case !s.Synced():
		return errSyncing // our state is old: it would say little about them
	case limits.waste.TokensAt(now) <= 0:
		s.metrics.txs.WithLabelValues("dropped").Add(float64(len(txs)))
		return errWasteful
	}
	accepted, useless, err := s.poolTxs(txs)
	limits.waste.ReserveN(now, useless)
	if err == nil && len(accepted) == 0 {
		return errNothingNew
	}
	if err == nil && !s.txs.sending.AllowN(now, len(txs)) {
		err = errRate
	}
	if len(accepted) > 0 {
		s.cfg.Network.Credit(from, nodep2p.UsefulTransaction)
	}
	if err != nil { // this message ends here, but not the good ones in it
		s.txs.forget(accepted)
		s.txs.enqueue(accepted)
	}
	return err
}

// poolTxs pools transactions that a peer sent. It returns those that were
// accepted, how many were neither that nor known, and a *Misconduct if one of them
// is invalid for everyone and for ever.
func (s *Service) poolTxs(txs types.Transactions) (accepted types.Transactions, useless int, err error) {
	var fresh types.Transactions // not sent by us when the pool tells of them
	for _, tx := range txs {
		if !s.txs.announced.Contains(tx.Hash()) {
			s.txs.announced.Add(tx.Hash(), struct{}{})
			fresh = append(fresh, tx)
		}
	}
	failed := make(map[common.Hash]bool)
	for i, fault := range s.cfg.Pool.Add(txs, false) {
		verdict := verdictOf(fault)
		s.metrics.txs.WithLabelValues(verdict).Inc()
		switch verdict {
		case txAccepted:
			accepted = append(accepted, txs[i])
		case txInvalid:
			err = nodep2p.Blame(nodep2p.InvalidTransaction, fmt.Errorf("transaction %v: %w", txs[i].Hash(), fault))
			fallthrough
		case txUseless:
			failed[txs[i].Hash()] = true
			useless++
		}
	}
	for _, tx := range fresh {
		if failed[tx.Hash()] {
			s.txs.announced.Remove(tx.Hash())
		}
	}
	return accepted, useless, err
}

// What becomes of a transaction; the metrics have these labels.
const (
	txAccepted = "accepted"
	txKnown    = "known"
	txUseless  = "useless"
	txInvalid  = "invalid"
)

// verdictOf classifies the pool's answer. Invalid is only what depends neither on
// the state nor on settings nor on the rules of a fork: what no honest node could
// have taken for a transaction of this network.
func verdictOf(err error) string {
	if err == nil {
		return txAccepted
	}
	if errors.Is(err, gethpool.ErrAlreadyKnown) {
		return txKnown
	}
	for _, invalid := range []error{
		gethpool.ErrInvalidSender, // the signature, or another network's chain id
		gethpool.ErrNegativeValue,
		core.ErrFeeCapVeryHigh, core.ErrTipVeryHigh, core.ErrTipAboveFeeCap, core.ErrNonceMax,
		txpool.ErrBlobTransaction,
	} {
		if errors.Is(err, invalid) {
			return txInvalid
		}
	}
	return txUseless
}
