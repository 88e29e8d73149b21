package sync

import (
	"bytes"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestInvalidAnnouncements sends blocks that a peer could have known to be
// invalid: the honest node blames it and forwards nothing.
func TestInvalidAnnouncements(t *testing.T) {
	w := newWorld(t)
	n, honest := w.node(nil), w.node(nil)
	connect(n, honest)
	awaitMesh(n, honest)
	reseal := func(h *types.Header, change func(*pow.Seal)) {
		seal, err := pow.ParseSeal(h.Extra)
		check(t, err)
		change(&seal)
		h.Extra = seal.Encode()
	}
	for name, test := range map[string]struct {
		message func(*world) []byte
		want    nodep2p.Offence
	}{
		"proof": {func(w *world) []byte {
			header := w.Block(w.Genesis(), chaintest.Spec{}).Header()
			seal, err := pow.ParseSeal(header.Extra)
			check(t, err)
			for seal.Target.MetBy(header.Hash()) {
				seal.Nonce++
				header.Extra = seal.Encode()
			}
			return encode(&compactBlock{Header: header})
		}, nodep2p.InvalidHeader},
		"target": {func(w *world) []byte {
			return w.damaged(func(h *types.Header, _ *types.Body) { reseal(h, func(s *pow.Seal) { s.Target-- }) })
		}, nodep2p.InvalidHeader},
		"mix hash": {func(w *world) []byte {
			return w.damaged(func(h *types.Header, _ *types.Body) { h.MixDigest = common.Hash{1} })
		}, nodep2p.InvalidHeader},
		"withdrawals root": {func(w *world) []byte {
			return w.damaged(func(h *types.Header, _ *types.Body) { h.WithdrawalsHash = &common.Hash{1} })
		}, nodep2p.InvalidHeader},
		"body": {func(w *world) []byte {
			block := w.Block(w.Genesis(), chaintest.Spec{Txs: w.transfers(0, 0, 2)})
			other := types.NewBlockWithHeader(block.Header()).WithBody(types.Body{Transactions: w.transfers(1, 0, 2)})
			return encode(newCompactBlock(other, every))
		}, nodep2p.InvalidBlock},
		"garbage": {func(*world) []byte { return bytes.Repeat([]byte{0xf8}, 1000) }, nodep2p.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			liar := w.stranger(w.claim(w.Genesis().Header(), 1))
			liar.join(n, w.claim(w.Genesis().Header(), 1))
			liar.tell(liar.blocks, test.message(w))
			n.awaitBlame(liar.net.Self().ID, test.want)
			if test.want != nodep2p.Malformed { // which takes three
				n.awaitBan(liar.net.Self().ID)
			}
			if entry := honest.blamed(n.id()); entry != nil {
				t.Errorf("the honest node is blamed: %v", entry.Data)
			}
		})
	}
	good := w.Block(w.Genesis(), chaintest.Spec{})
	n.mine(good)
	honest.awaitHead(good)
}

// damaged is an announcement of a block that breaks a rule.
func (w *world) damaged(damage func(*types.Header, *types.Body)) []byte {
	return encode(newCompactBlock(w.Block(w.Genesis(), chaintest.Spec{Damage: damage}), every))
}

// TestInvalidStateIsForwarded announces a block that only its execution shows to be
// invalid. Nobody is blamed for passing it on, and the head stays.
func TestInvalidStateIsForwarded(t *testing.T) {
	w := newWorld(t)
	n, other := w.node(nil), w.node(nil)
	connect(n, other)
	awaitMesh(n, other)
	liar := w.stranger(w.claim(w.Genesis().Header(), 1))
	liar.join(n, w.claim(w.Genesis().Header(), 1))
	liar.tell(liar.blocks, w.damaged(func(h *types.Header, _ *types.Body) { h.Root = common.Hash{1} }))
	await(t, "refusal", func() bool { return testutil.ToFloat64(other.metrics.blocks.WithLabelValues("refused")) == 1 })
	good := w.Block(w.Genesis(), chaintest.Spec{})
	n.mine(good)
	other.awaitHead(good)
	if entry := other.blamed(n.id()); entry != nil {
		t.Errorf("the honest node is blamed: %v", entry.Data)
	}
}

// TestWrongBodyIsFetchedElsewhere has a peer announce an honest block with short
// ids of nothing, and answer with other transactions. The block comes from the
// node that has it.
func TestWrongBodyIsFetchedElsewhere(t *testing.T) {
	w := newWorld(t)
	n, honest := w.node(nil), w.node(nil)
	block := w.Block(w.Genesis(), chaintest.Spec{Txs: w.transfers(0, 0, 3)})
	liar := w.stranger(w.claim(w.Genesis().Header(), 1))
	liar.serve(newProtocols().blockTxs, func([]byte) ([]byte, error) { return encode(w.transfers(1, 0, 3)), nil })
	liar.join(n, w.claim(w.Genesis().Header(), 1))
	connect(n, honest)
	if _, err := honest.chain.InsertBlocks(t.Context(), types.Blocks{block}); err != nil {
		t.Fatal(err)
	}
	liar.tell(liar.blocks, encode(&compactBlock{Header: block.Header(), ShortIDs: make([]byte, 3*shortIDSize)}))
	n.awaitHead(block)
	n.awaitBlame(liar.net.Self().ID, nodep2p.InvalidBlock)
	if entry := n.blamed(honest.id()); entry != nil {
		t.Errorf("the honest node is blamed: %v", entry.Data)
	}
}

// TestLyingSources offers chains with more work that are not what they seem. The
// honest node blames the peer and ends with the honest chain.
func TestLyingSources(t *testing.T) {
	for name, test := range map[string]struct {
		headers func([]*types.Header) []*types.Header // what it makes of an answer
		blocks  func(types.Blocks) types.Blocks
		work    int64
		want    nodep2p.Offence
	}{
		"headers that do not link": {
			headers: func(h []*types.Header) []*types.Header { return append(h[:2:2], h[3:]...) },
			want:    nodep2p.Unlinked,
		},
		"no headers": {
			headers: func([]*types.Header) []*types.Header { return nil },
			want:    nodep2p.FalseWork,
		},
		"work that is not there": {work: 1 << 50, want: nodep2p.FalseWork},
		"a body of another block": {
			blocks: func(b types.Blocks) types.Blocks {
				b[0] = types.NewBlockWithHeader(b[0].Header()).WithBody(types.Body{Withdrawals: types.Withdrawals{}})
				return b
			},
			want: nodep2p.InvalidBlock,
		},
		"other blocks": {
			blocks: func(b types.Blocks) types.Blocks { return append(b[1:2:2], b[2:]...) },
			want:   nodep2p.InvalidBlock,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			honest := w.Chain(w.Genesis(), 10, nil)
			lies := w.Chain(w.Genesis(), 20, func(int) chaintest.Spec { return chaintest.Spec{Coinbase: chaintest.Address(7)} })
			work := test.work
			if work == 0 {
				work = w.work(lies)
			}
			liar := w.stranger(w.claim(lies[19].Header(), work))
			liar.serveChain(lies, test.headers, test.blocks)
			n := w.node(nil)
			liar.lieTo(n)
			n.awaitBlame(liar.net.Self().ID, test.want)
			n.awaitBan(liar.net.Self().ID)

			good := w.node(append(honest[:10:10], w.Chain(honest[9], 15, nil)...))
			connect(n, good)
			n.awaitHead(good.chain.GetBlockByNumber(25))
		})
	}
}

// TestInvalidChainIsBlamed serves a chain with a block that is invalid in
// execution: whoever serves a block has executed it.
func TestInvalidChainIsBlamed(t *testing.T) {
	w := newWorld(t)
	lies := w.Chain(w.Genesis(), 5, nil)
	lies = append(lies, w.Block(lies[4], chaintest.Spec{Damage: func(h *types.Header, _ *types.Body) { h.Root = common.Hash{1} }}))
	claim := w.claim(lies[5].Header(), w.work(lies))
	liar := w.stranger(claim)
	liar.serveChain(lies, nil, nil)
	n := w.node(nil)
	liar.lieTo(n)
	n.awaitBlame(liar.net.Self().ID, nodep2p.InvalidBlock)
	n.awaitHead(lies[4]) // what was good stays
	if !n.Synced() {
		t.Error("still waiting for an invalid block")
	}
}

// TestStallingSource claims most work and answers nothing: the next peer's chain is
// taken, and nobody is banned.
func TestStallingSource(t *testing.T) {
	w := newWorld(t)
	blocks := w.Chain(w.Genesis(), 30, nil)
	claim := w.claim(blocks[29].Header(), 1<<40)
	silent := w.stranger(claim)
	stop := make(chan struct{})
	defer close(stop)
	asked := make(chan struct{}, 10)
	silent.serve(newProtocols().headers, func([]byte) ([]byte, error) {
		asked <- struct{}{}
		<-stop
		return nil, errors.New("never")
	})
	n := w.idle(nil)
	n.protocols.headers.Timeout = time.Second
	n.net.Start()
	n.Start()
	dial(t, silent.net, n.net)
	await(t, "request for headers", func() bool { return len(asked) > 0 })
	connect(n, w.node(blocks))
	n.awaitHead(blocks[29])
	if !n.Synced() || !n.net.Connected(silent.net.Self().ID) {
		t.Error("a claim alone made the node wait, or slowness was punished by a ban")
	}
}

// TestGarbageOnEveryProtocol sends random bytes wherever a node listens.
func TestGarbageOnEveryProtocol(t *testing.T) {
	w := newWorld(t)
	n := w.node(nil)
	p := newProtocols()
	for _, protocol := range []nodep2p.Protocol{p.status, p.headers, p.blocks, p.blockTxs, p.pool, p.txs} {
		liar := w.stranger(w.claim(w.Genesis().Header(), 1))
		dial(t, liar.net, n.net)
		for _, garbage := range [][]byte{nil, {0xc1}, bytes.Repeat([]byte{0xb9}, 900)} {
			if _, err := liar.net.Request(t.Context(), n.id(), protocol, garbage); err == nil {
				t.Errorf("%s: garbage was answered", protocol.ID)
			}
		}
		n.awaitBlame(liar.net.Self().ID, nodep2p.Malformed)
	}
	good := w.node(nil)
	connect(n, good)
}

// TestGarbageInAnswers answers requests with garbage.
func TestGarbageInAnswers(t *testing.T) {
	garbage := func([]byte) ([]byte, error) { return bytes.Repeat([]byte{0xb9}, 900), nil }
	w := newWorld(t)
	n := w.node(nil)
	p := newProtocols()
	for _, protocol := range []nodep2p.Protocol{p.status, p.headers, p.pool} {
		liar := w.stranger(w.claim(w.Genesis().Header(), 1<<40))
		liar.serve(protocol, garbage)
		liar.lieTo(n)
		if protocol.ID == p.status.ID {
			n.ask(liar.net.Self().ID)
		}
		n.awaitBlame(liar.net.Self().ID, nodep2p.Malformed)
	}
}

// TestDifferentGenesis connects nodes of two networks: they part, and both say why.
func TestDifferentGenesis(t *testing.T) {
	w := newWorld(t)
	params := chaintest.Params()
	params.RewardGwei++
	v := newWorldOf(t, params)
	a, b := w.node(nil), v.node(nil)
	dial(t, a.net, b.net)
	for _, n := range []*node{a, b} {
		await(t, "reason in the log", func() bool { return n.logged("genesis blocks differ") })
	}
	await(t, "parting", func() bool { return !a.net.Connected(b.id()) && !b.net.Connected(a.id()) })
}

// TestMismatches checks each field of the handshake.
func TestMismatches(t *testing.T) {
	w := newWorld(t)
	n := w.node(nil)
	for name, change := range map[string]func(*status){
		"version":  func(s *status) { s.Version++ },
		"genesis":  func(s *status) { s.Genesis[0]++ },
		"chain id": func(s *status) { s.ChainID = big.NewInt(1) },
		"fork id":  func(s *status) { s.ForkID.Hash[0]++ },
	} {
		claim := w.claim(w.Genesis().Header(), 1)
		check(t, n.mismatch(&claim))
		change(&claim)
		if n.mismatch(&claim) == nil {
			t.Errorf("a different %s was not noticed", name)
		}
		liar := w.stranger(claim)
		if liar.net.Connect(t.Context(), n.net.Self().Addrs[0]) != nil {
			continue // it was sent away already
		}
		if _, err := liar.ask(n, newProtocols().status, &claim); err == nil {
			t.Errorf("a handshake was made in spite of another %s", name)
		}
	}
}

// TestNoHandshake sends away a peer that says nothing.
func TestNoHandshake(t *testing.T) {
	w := newWorld(t)
	ahead := new(offsetClock)
	n := w.node(nil, func(cfg *Config) { cfg.Now = ahead.now })
	silent := w.network(w.chain(), discard())
	silent.Start()
	dial(t, silent, n.net)
	await(t, "connection", func() bool { _, ok := n.peers.get(silent.Self().ID); return ok })
	ahead.advance(statusPatience + time.Second)
	await(t, "parting", func() bool { return !n.net.Connected(silent.Self().ID) })
}
