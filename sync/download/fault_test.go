package download

import (
	"context"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// inflated is a peer's head with more work claimed than it has.
func inflated(t testing.TB, p *peer) Target {
	target := p.target(t)
	target.Work = new(big.Int).Lsh(target.Work, 40)
	return target
}

// Headers that break a rule, in the middle of a chain that is long enough. No block
// is asked for, and our head stays.
func TestLyingHeaders(t *testing.T) {
	n := newNetwork(t)
	ours := n.branch(nil, 20, every(4, 1))
	good := n.branch(nil, 100, every(4, 2))
	damaged := func(damage func(*types.Header, *types.Body)) types.Blocks {
		bad := n.Block(last(good), chaintest.Spec{Damage: damage})
		return append(slices.Clip(good), bad)
	}
	change := func(at int, change func(*types.Header)) func(context.Context, []*types.Header) ([]*types.Header, error) {
		return func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			for _, header := range honest {
				if header.Number.Uint64() == uint64(at) {
					change(header)
				}
			}
			return honest, nil
		}
	}
	for _, c := range []struct {
		name   string
		blocks types.Blocks
		change func(context.Context, []*types.Header) ([]*types.Header, error)
		want   Fault
	}{
		{name: "wrong target", want: InvalidHeader, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.Extra[3]-- // a little harder than the rule says
		})},
		{name: "wrong mix digest", want: InvalidHeader, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.MixDigest[0]++
		})},
		{name: "difficulty", want: InvalidHeader, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.Difficulty = big.NewInt(1)
		})},
		{name: "no seal", want: InvalidHeader, blocks: good, change: change(100, func(h *types.Header) { h.Extra = nil })},
		{name: "timestamp of the parent", want: InvalidHeader, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.Time = last(good).Time()
		})},
		{name: "number", want: Unlinked, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.Number = big.NewInt(200)
		})},
		{name: "huge number", want: Unlinked, blocks: damaged(func(h *types.Header, _ *types.Body) {
			h.Number = new(big.Int).Lsh(common.Big1, 70)
		})},
		{name: "no proof", want: InvalidHeader, blocks: good, change: change(100, func(h *types.Header) {
			for seal := h.Extra; ; { // until it is none
				seal[len(seal)-1]++
				if new(big.Int).SetBytes(h.Hash().Bytes()).BitLen() > 255 {
					return
				}
			}
		})},
		{name: "a gap", want: Unlinked, blocks: good, change: func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			return slices.Delete(honest, 10, 11), nil
		}},
		{name: "not what the locator said", want: Unlinked, blocks: good, change: func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			return honest[10:], nil
		}},
		{name: "backwards", want: Unlinked, blocks: good, change: func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			slices.Reverse(honest)
			return honest, nil
		}},
		{name: "the same over and over", want: Unlinked, blocks: good, change: func(context.Context, []*types.Header) ([]*types.Header, error) {
			return []*types.Header{good[1].Header(), good[1].Header()}, nil
		}},
		{name: "more than asked for", want: BadResponse, blocks: good, change: func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			return append(honest, honest...), nil
		}},
		{name: "nothing", want: FalseWork, blocks: good, change: func(context.Context, []*types.Header) ([]*types.Header, error) {
			return nil, nil
		}},
		{name: "an early end", want: FalseWork, blocks: good, change: func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			return honest[:min(len(honest), 30)], nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := n.newChain(t, ours)
			p := newPeer("liar", c.blocks)
			p.onHeaders = c.change
			target := p.target(t)
			if c.want == FalseWork {
				target = inflated(t, p)
			}
			if c.name == "an early end" {
				end := false
				p.onHeaders = func(ctx context.Context, honest []*types.Header) ([]*types.Header, error) {
					if end {
						return nil, nil
					}
					end = true
					return c.change(ctx, honest)
				}
			}
			newSetup(t, s, nil).wantFault(t, target, c.want)
			wantHead(t, s, last(ours))
			if asked, _ := p.delivered(); asked > 0 {
				t.Errorf("%d blocks were asked for", asked)
			}
		})
	}
}

// Great work is claimed, and there are enough valid headers to keep us busy, but
// they are light. They are taken up to a bound.
func TestHeadersForEver(t *testing.T) {
	n := newNetwork(t)
	ours := n.branch(nil, 200, every(2, 1)) // ever harder
	light := n.branch(nil, 1000, every(8, 2))
	s := n.newChain(t, ours)
	if workOf(t, light).Cmp(workOf(t, ours)) > 0 {
		t.Fatal("the light chain is not light")
	}
	p := newPeer("liar", light)
	target := inflated(t, p)
	target.Number = 1 << 40
	newSetup(t, s, nil).wantFault(t, target, FalseWork)
	wantHead(t, s, last(ours))
	if asked, _ := p.delivered(); asked > 0 {
		t.Errorf("%d blocks were asked for", asked)
	}
	if most := 2*200 + 64 + 64; p.taken > most {
		t.Errorf("%d headers were taken, want %d at most", p.taken, most)
	}
}

// The chain is heavier than ours, but not by what was claimed.
func TestWorkThatIsNotShown(t *testing.T) {
	n := newNetwork(t)
	s := n.newChain(t, n.branch(nil, 20, every(4, 1)))
	p := newPeer("liar", n.branch(nil, 40, every(4, 2)))
	newSetup(t, s, nil).wantFault(t, inflated(t, p), FalseWork)
	target := inflated(t, p)
	target.Number = 10 // so that it ends beyond its number, short of its work
	newSetup(t, s, func(cfg *Config) { cfg.Limits.Slack = 10 }).wantFault(t, target, FalseWork)
	if asked, _ := p.delivered(); asked > 0 {
		t.Errorf("%d blocks were asked for", asked)
	}
}

// One header per answer, each just in time, would keep the downloader busy for days.
func TestDrippingHeaders(t *testing.T) {
	n := newNetwork(t)
	p := newPeer("a", n.branch(nil, 60, every(4, 1)))
	p.onHeaders = func(ctx context.Context, honest []*types.Header) ([]*types.Header, error) {
		return honest[:1], await(ctx, 30*time.Millisecond)
	}
	u := newSetup(t, n.newChain(t, nil), func(cfg *Config) { cfg.Limits.Stall = 100 * time.Millisecond })
	u.wantFault(t, p.target(t), Timeout)
	if p.taken > 20 {
		t.Errorf("%d headers were waited for", p.taken)
	}
}

// What is ahead of the clock is left out; what comes before it is imported. That the
// clock is wrong may be our fault, which the caller has to weigh.
func TestHeadersFromTheFuture(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 100, every(4, 1))
	s := n.newChain(t, nil)
	now := time.Unix(int64(blocks[60].Time()), 0).Add(-15 * time.Second)
	u := newSetup(t, s, func(cfg *Config) { cfg.Now = func() time.Time { return now } })
	p := newPeer("a", blocks)
	u.wantFault(t, p.target(t), FutureHeader)
	wantHead(t, s, blocks[60])

	now = now.Add(time.Hour)
	if err := u.Sync(t.Context(), p.target(t)); err != nil {
		t.Fatal(err)
	}
	wantHead(t, s, last(blocks))
}

// A chain that forks off deeper than a reorg can go.
func TestForkTooDeep(t *testing.T) {
	n := newNetwork(t)
	trunk := n.branch(nil, 30, every(4, 1))
	s := n.newChain(t, n.branch(trunk, 60, every(4, 2)))
	shallow := func(depth uint64) func(*Config) { return func(cfg *Config) { cfg.Limits.Depth = depth } }
	p := newPeer("a", n.branch(trunk, 80, every(4, 3)))
	newSetup(t, s, shallow(59)).wantFault(t, p.target(t), DeepFork)
	if asked, _ := p.delivered(); asked > 0 {
		t.Errorf("%d blocks were asked for", asked)
	}
	newSetup(t, s, shallow(60)).sync(t, p.target(t))
	wantHead(t, s, last(p.blocks))
}

// Blocks that are not what was asked for: the liar is blamed, whoever else has them
// delivers.
func TestLyingBodies(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 200, func(i int) chaintest.Spec {
		return chaintest.Spec{Txs: []*types.Transaction{n.Transfer(0, uint64(i), chaintest.Address(20))}}
	})
	rewrite := func(change func(*types.Body) *types.Header) func(context.Context, []common.Hash, types.Blocks) (types.Blocks, error) {
		return func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			honest = slices.Clone(honest)
			at := len(honest) - 1
			body := *honest[at].Body()
			header := change(&body)
			if header == nil {
				header = honest[at].Header()
			}
			honest[at] = types.NewBlockWithHeader(header).WithBody(body)
			return honest, nil
		}
	}
	for _, c := range []struct {
		name   string
		change func(context.Context, []common.Hash, types.Blocks) (types.Blocks, error)
		want   Fault
	}{
		{"no transactions", rewrite(func(b *types.Body) *types.Header { b.Transactions = nil; return nil }), BadBody},
		{"another transaction", rewrite(func(b *types.Body) *types.Header {
			b.Transactions = []*types.Transaction{n.Transfer(1, 0, chaintest.Address(21))}
			return nil
		}), BadBody},
		{"no withdrawals", rewrite(func(b *types.Body) *types.Header { b.Withdrawals = nil; return nil }), BadBody},
		{"another withdrawal", rewrite(func(b *types.Body) *types.Header {
			b.Withdrawals = n.Params.Withdrawals(1, chaintest.Address(9))
			return nil
		}), BadBody},
		{"an uncle", rewrite(func(b *types.Body) *types.Header { b.Uncles = []*types.Header{blocks[1].Header()}; return nil }), BadBody},
		{"another block", rewrite(func(*types.Body) *types.Header { return blocks[0].Header() }), BadBody},
		{"backwards", func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			honest = slices.Clone(honest)
			slices.Reverse(honest)
			return honest, nil
		}, BadBody},
		{"too many", func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			return append(slices.Clip(honest), blocks[1]), nil
		}, BadResponse},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := n.newChain(t, nil)
			liar, honest := newPeer("liar", blocks), newPeer("honest", blocks)
			liar.onBlocks = c.change
			u := newSetup(t, s, nil, liar)
			u.sync(t, honest.target(t))
			wantHead(t, s, last(blocks))
			u.wantBlamed(t, "liar", c.want)
		})
	}
	t.Run("from the only source", func(t *testing.T) {
		s := n.newChain(t, nil)
		liar := newPeer("liar", blocks)
		liar.onBlocks = rewrite(func(b *types.Body) *types.Header { b.Transactions = nil; return nil })
		newSetup(t, s, nil).wantFault(t, liar.target(t), BadBody)
	})
}

// Sources that have nothing do no harm, and are not blamed.
func TestSourcesWithNothing(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 200, every(4, 1))
	s := n.newChain(t, nil)
	empty := newPeer("empty", blocks[:1])
	u := newSetup(t, s, nil, empty)
	u.sync(t, newPeer("a", blocks).target(t))
	wantHead(t, s, last(blocks))
	u.wantBlamed(t, "empty")
}

// A state root deep in the chain is wrong, the proofs are right. The blocks before
// it stay if they are heavier than what we had.
func TestInvalidStateRoot(t *testing.T) {
	n := newNetwork(t)
	good := n.branch(nil, 150, every(4, 1))
	bad := n.Block(last(good), chaintest.Spec{Damage: func(h *types.Header, _ *types.Body) { h.Root[0]++ }})
	blocks := append(slices.Clip(good), bad)
	rules := n.newChain(t, nil)
	for range 50 {
		blocks = append(blocks, n.onTop(t, rules, last(blocks)))
	}
	t.Run("from nothing", func(t *testing.T) {
		s := n.newChain(t, nil)
		p := newPeer("liar", blocks)
		newSetup(t, s, nil).wantFault(t, p.target(t), InvalidBlock)
		wantHead(t, s, last(good))
	})
	t.Run("on a branch", func(t *testing.T) {
		ours := n.branch(nil, 160, every(4, 2))
		s := n.newChain(t, ours)
		p := newPeer("liar", blocks)
		newSetup(t, s, nil).wantFault(t, p.target(t), InvalidBlock)
		wantHead(t, s, last(ours))
		insert(t, s, types.Blocks{n.Block(last(ours), chaintest.Spec{})})
	})
}

// onTop makes a block with a valid header on a block that cannot be executed.
func (n *network) onTop(t testing.TB, s *chain.Service, parent *types.Block) *types.Block {
	t.Helper()
	header := n.Block(n.Genesis(), chaintest.Spec{}).Header()
	header.ParentHash, header.Number = parent.Hash(), new(big.Int).Add(parent.Number(), common.Big1)
	header.Time = parent.Time() + n.Params.TargetInterval
	header.BaseFee = eip1559.CalcBaseFee(n.genesis.Config, parent.Header())
	header.Extra = nil
	withdrawals := n.Params.Withdrawals(header.Number.Uint64(), header.Coinbase)
	root := types.DeriveSha(withdrawals, trie.NewStackTrie(nil))
	header.WithdrawalsHash = &root
	reader := &above{s, mark{header: parent.Header(), hash: parent.Hash()}}
	if err := pow.NewEngine(n.Params).Prepare(reader, header); err != nil {
		t.Fatal(err)
	}
	return types.NewBlockWithHeader(chaintest.Seal(header)).WithBody(types.Body{Withdrawals: withdrawals})
}
