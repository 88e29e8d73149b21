package sync

import (
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// sign makes a transfer with a few fields of choice.
func (w *world) sign(key *ecdsa.PrivateKey, nonce uint64, chainID, tip int64) *types.Transaction {
	to := chaintest.Address(20)
	return types.MustSignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: &to, Value: common.Big1, Gas: 21000,
		GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(100 * params.GWei),
	})
}

// TestInvalidTransactions are blamed on whoever sends them, and the good ones beside
// them are pooled and go round without them.
func TestInvalidTransactions(t *testing.T) {
	key := chaintest.Key(1)
	for name, bad := range map[string]func(*world) *types.Transaction{
		"another chain's":     func(w *world) *types.Transaction { return w.sign(key, 0, 1, params.GWei) },
		"a tip above the fee": func(w *world) *types.Transaction { return w.sign(key, 0, chaintest.ChainID, 200*params.GWei) },
		"a signature that anyone may have changed": func(w *world) *types.Transaction {
			v, r, s := w.sign(key, 0, chaintest.ChainID, params.GWei).RawSignatureValues()
			return types.NewTx(&types.DynamicFeeTx{
				ChainID: big.NewInt(chaintest.ChainID), Gas: 21000,
				V: new(big.Int).Xor(v, common.Big1), R: r, S: new(big.Int).Sub(crypto.S256().Params().N, s),
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n, other := w.node(nil), w.node(nil)
			connect(n, other)
			awaitMesh(n, other)
			liar := w.stranger(w.claim(w.Genesis().Header(), 1))
			liar.join(n, w.claim(w.Genesis().Header(), 1))
			good := w.Transfer(0, 0, chaintest.Address(20))
			liar.tell(liar.txs, encode(types.Transactions{bad(w), good}))
			n.awaitBlame(liar.net.Self().ID, nodep2p.InvalidTransaction)
			for _, node := range []*node{n, other} {
				node.awaitPending(1)
			}
			if entry := other.blamed(n.id()); entry != nil {
				t.Errorf("the honest node is blamed: %v", entry.Data)
			}
		})
	}
}

// TestUselessTransactions have many reasons that are nobody's fault: nobody is
// blamed, nothing is passed on, and beyond a rate they are not looked at.
func TestUselessTransactions(t *testing.T) {
	w := newWorld(t)
	n := w.node(nil)
	liar := w.stranger(w.claim(w.Genesis().Header(), 1))
	liar.join(n, w.claim(w.Genesis().Header(), 1))
	poor, err := crypto.GenerateKey()
	check(t, err)
	count := func(verdict string) float64 { return testutil.ToFloat64(n.metrics.txs.WithLabelValues(verdict)) }
	nonce := uint64(0)
	for count("dropped") == 0 {
		batch := make(types.Transactions, 1000)
		for i := range batch {
			batch[i] = w.sign(poor, nonce, chaintest.ChainID, params.GWei)
			nonce++
		}
		before := count(txUseless)
		liar.tell(liar.txs, encode(batch))
		await(t, "end of the batch", func() bool { return count(txUseless) == before+1000 || count("dropped") > 0 })
	}
	if got := count(txUseless); got > wasteBurst+3000 {
		t.Errorf("%v useless transactions were looked at", got)
	}
	if entry := n.blamed(liar.net.Self().ID); entry != nil {
		t.Errorf("somebody is blamed: %v", entry.Data)
	}
	if pending, queued := n.pool.Stats(); pending+queued != 0 {
		t.Errorf("%d transactions are pooled", pending+queued)
	}
}

// TestFlood sends valid transactions faster than any honest node does.
func TestFlood(t *testing.T) {
	w := newWorld(t)
	start := time.Now()
	n := w.node(nil, func(cfg *Config) { cfg.Now = func() time.Time { return start } })
	liar := w.stranger(w.claim(w.Genesis().Header(), 1))
	liar.join(n, w.claim(w.Genesis().Header(), 1))
	batch := w.transfers(0, 0, 1000)
	for round := range 3 * peerBurst / len(batch) { // messages differ, or gossip would drop them
		batch[round%len(batch)] = w.Transfer(1, uint64(round), chaintest.Address(21))
		if liar.txs.Publish(t.Context(), encode(batch)) != nil {
			break
		}
	}
	n.awaitBlame(liar.net.Self().ID, nodep2p.Flood)
	n.awaitBan(liar.net.Self().ID)
}

// TestKnownTransactionsAreNotSentAgain: what came by gossip is gossipsub's to pass
// on.
func TestKnownTransactionsAreNotSentAgain(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.node(nil), w.node(nil), w.node(nil)
	connect(b, a, c)
	awaitMesh(b, a, c)
	for _, tx := range w.transfers(0, 0, 50) {
		check(t, a.pool.AddLocal(tx))
	}
	c.awaitPending(50)
	if got := testutil.ToFloat64(b.metrics.txs.WithLabelValues("sent")); got != 0 {
		t.Errorf("%v transactions were published twice", got)
	}
}

// TestPoolExchange brings the transactions that were sent before two nodes met.
func TestPoolExchange(t *testing.T) {
	w := newWorld(t)
	a, b := w.node(nil), w.node(nil)
	for _, err := range a.pool.Add(w.transfers(0, 0, 1200), true) {
		check(t, err)
	}
	for _, err := range b.pool.Add(w.transfers(1, 0, 10), true) {
		check(t, err)
	}
	connect(a, b)
	a.awaitPending(1210)
	b.awaitPending(1210)
}

// TestSamePoolsCostNothing compares two pools that are equal.
func TestSamePoolsCostNothing(t *testing.T) {
	w := newWorld(t)
	a, b := w.node(nil), w.node(nil)
	connect(a, b)
	for _, tx := range w.transfers(0, 0, 20) {
		check(t, a.pool.AddLocal(tx))
	}
	b.awaitPending(20)
	_, digest := a.pooled()
	response, err := a.net.Request(t.Context(), b.id(), a.protocols.pool, encode(digest))
	check(t, err)
	if len(response) > 1 {
		t.Errorf("the response has %d bytes", len(response))
	}
}

// TestBatches cuts a queue into messages.
func TestBatches(t *testing.T) {
	w := newWorld(t)
	g := newTxGossip()
	txs := w.transfers(0, 0, 3000)
	g.enqueue(txs)
	g.enqueue(txs) // once is enough
	count := 0
	for batch := g.batch(); len(batch) > 0; batch = g.batch() {
		count += len(batch)
		if size := len(encode(batch)); size > softTxMessage+10 {
			t.Errorf("a message of %d bytes", size)
		}
	}
	if count != len(txs) {
		t.Errorf("%d transactions were sent, want %d", count, len(txs))
	}
	g.forget(txs[:1])
	g.enqueue(txs)
	if batch := g.batch(); len(batch) != 1 {
		t.Errorf("%d transactions were sent again, want 1", len(batch))
	}
}

// TestClockWarning compares clocks with peers ten minutes off.
func TestClockWarning(t *testing.T) {
	w := newWorld(t)
	ahead := new(offsetClock)
	ahead.advance(10 * time.Minute)
	n := w.node(nil, func(cfg *Config) { cfg.Now = ahead.now })
	connect(n, w.node(nil), w.node(nil))
	warning := "This machine's clock differs from those of its peers: set it right, or blocks will be held back"
	await(t, "warning", func() bool { return n.said(warning) })
	ahead.advance(-10 * time.Minute)
	for _, p := range n.peers.all() {
		check(t, n.greet(t.Context(), p.id))
	}
	if !n.said("This machine's clock agrees with those of its peers again") {
		t.Error("no word of the clock being right again")
	}
	count := 0
	for _, entry := range n.logs.AllEntries() {
		if entry.Message == warning {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d warnings", count)
	}
}
