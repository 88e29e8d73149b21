package chain_test

import (
	"errors"
	"math/big"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// transfers returns a spec that makes the i-th block pay from account 0.
func (n *network) transfers(first uint64) func(int) chaintest.Spec {
	return func(i int) chaintest.Spec {
		tx := n.Transfer(0, first+uint64(i), chaintest.Address(20))
		return chaintest.Spec{Coinbase: chaintest.Address(9), Txs: []*types.Transaction{tx}}
	}
}

func TestExtendTheHead(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	blocks := n.Chain(n.Genesis(), 80, n.transfers(0))

	heads := make(chan core.ChainHeadEvent, 100)
	defer s.SubscribeChainHeadEvent(heads).Unsubscribe()
	insert(t, s, blocks[:50])
	insert(t, s, blocks[40:]) // the first ten are known
	wantHead(t, s, blocks[79])
	if head := (<-heads).Header; head.Hash() != blocks[49].Hash() {
		t.Errorf("announced head %d", head.Number)
	}
	want := big.NewInt(1)
	for _, block := range blocks {
		seal, _ := pow.ParseSeal(block.Extra())
		want.Add(want, pow.Work(seal.Target))
	}
	if got := s.TotalWork(blocks[79].Hash(), 80); got.Cmp(want) != 0 {
		t.Errorf("work of the chain is %v, want %v", got, want)
	}
	if got := s.SafeHeader().Number.Uint64(); got != 80-s.Params().SafeDepth {
		t.Errorf("safe block is %d", got)
	}
	if got := s.FinalizedHeader().Number.Uint64(); got != 80-s.Params().FinalizedDepth {
		t.Errorf("finalized block is %d", got)
	}
}

func TestSafeAndFinalizedNearGenesis(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	insert(t, s, n.Chain(n.Genesis(), 3, nil))
	for name, header := range map[string]*types.Header{"safe": s.SafeHeader(), "finalized": s.FinalizedHeader()} {
		if header == nil || header.Number.Sign() != 0 {
			t.Errorf("%s block is %v, want genesis", name, header)
		}
	}
}

func TestBlocksThatCannotBeAdded(t *testing.T) {
	n := newNetwork(t)
	blocks := n.Chain(n.Genesis(), 4, nil)
	full := errors.New("disk is nearly full")
	for _, test := range []struct {
		name     string
		blocks   types.Blocks
		writable error
		want     error
	}{
		{"parent unknown", blocks[2:], nil, chain.ErrUnknownParent},
		{"not linked", types.Blocks{blocks[0], blocks[2]}, nil, chain.ErrNotLinked},
		{"nothing may be written", blocks, full, full},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := n.config(openDB(t, t.TempDir()))
			cfg.Writable = func() error { return test.writable }
			s := start(t, cfg)
			got, err := s.InsertBlocks(t.Context(), test.blocks)
			if got != 0 || !errors.Is(err, test.want) {
				t.Errorf("inserted %d: %v, want none: %v", got, err, test.want)
			}
			if status := s.Status(); !errors.Is(status, test.writable) {
				t.Errorf("status %v", status)
			}
			wantHead(t, s, n.Genesis())
		})
	}
}

// TestRulesBrokenOnce breaks each rule of the design's section 4 in a block that
// is right otherwise, and as a rule the same block's stock rules too: ours must
// refuse it, on the head's branch and on a side branch, with that rule's error.
func TestRulesBrokenOnce(t *testing.T) {
	n := newNetwork(t)
	base := n.Chain(n.Genesis(), 2, n.transfers(0))
	setWithdrawals := func(h *types.Header, b *types.Body, list types.Withdrawals) {
		root := types.DeriveSha(list, trie.NewStackTrie(nil))
		h.WithdrawalsHash, b.Withdrawals = &root, list
	}
	reward := func(h *types.Header) types.Withdrawal {
		return *n.Params.Withdrawals(h.Number.Uint64(), h.Coinbase)[0]
	}
	reseal := func(h *types.Header, change func(*pow.Seal)) {
		seal, err := pow.ParseSeal(h.Extra)
		if err != nil {
			t.Fatal(err)
		}
		change(&seal)
		h.Extra = seal.Encode()
	}
	for _, test := range []struct {
		name   string
		damage func(*types.Header, *types.Body)
		want   error // nil: a rule of go-ethereum's, which has no sentinel
	}{
		{"difficulty", func(h *types.Header, _ *types.Body) { h.Difficulty = common.Big1 }, pow.ErrDifficulty},
		{"nonce field", func(h *types.Header, _ *types.Body) { h.Nonce = types.EncodeNonce(7) }, nil},
		{"uncles", func(h *types.Header, b *types.Body) {
			b.Uncles = []*types.Header{types.CopyHeader(n.Genesis().Header())}
			h.UncleHash = types.CalcUncleHash(b.Uncles)
		}, nil},
		{"extra data too short", func(h *types.Header, _ *types.Body) { h.Extra = h.Extra[1:] }, pow.ErrExtra},
		{"extra data too long", func(h *types.Header, _ *types.Body) { h.Extra = make([]byte, 33) }, nil},
		{"target too easy", func(h *types.Header, _ *types.Body) { reseal(h, func(s *pow.Seal) { s.Target++ }) }, pow.ErrTarget},
		{"target too hard", func(h *types.Header, _ *types.Body) {
			reseal(h, func(s *pow.Seal) { s.Target = pow.NewCompact(new(big.Int).Rsh(s.Target.Target(), 1)) })
		}, pow.ErrTarget},
		{"mix hash", func(h *types.Header, _ *types.Body) { h.MixDigest = common.Hash{1} }, pow.ErrMixHash},
		{"timestamp of the parent", func(h *types.Header, _ *types.Body) { h.Time = base[1].Time() }, nil},
		{"no reward", func(h *types.Header, b *types.Body) { setWithdrawals(h, b, types.Withdrawals{}) }, pow.ErrWithdrawals},
		{"two rewards", func(h *types.Header, b *types.Body) {
			one := reward(h)
			setWithdrawals(h, b, types.Withdrawals{&one, &one})
		}, pow.ErrWithdrawals},
		{"reward too high", func(h *types.Header, b *types.Body) {
			one := reward(h)
			one.Amount++
			setWithdrawals(h, b, types.Withdrawals{&one})
		}, pow.ErrWithdrawals},
		{"reward to another", func(h *types.Header, b *types.Body) {
			one := reward(h)
			one.Address = chaintest.Address(3)
			setWithdrawals(h, b, types.Withdrawals{&one})
		}, pow.ErrWithdrawals},
		{"reward's index", func(h *types.Header, b *types.Body) {
			one := reward(h)
			one.Index++
			setWithdrawals(h, b, types.Withdrawals{&one})
		}, pow.ErrWithdrawals},
		{"reward's validator", func(h *types.Header, b *types.Body) {
			one := reward(h)
			one.Validator = 1
			setWithdrawals(h, b, types.Withdrawals{&one})
		}, pow.ErrWithdrawals},
		{"withdrawals root", func(h *types.Header, _ *types.Body) { h.WithdrawalsHash = &common.Hash{1} }, nil},
		{"beacon root", func(h *types.Header, _ *types.Body) { h.ParentBeaconRoot = &common.Hash{1} }, pow.ErrBeaconRoot},
		{"slot number before its fork", func(h *types.Header, _ *types.Body) { h.SlotNumber = new(uint64) }, nil},
		{"base fee", func(h *types.Header, _ *types.Body) { h.BaseFee = big.NewInt(1) }, nil},
		{"gas limit", func(h *types.Header, _ *types.Body) { h.GasLimit *= 2 }, nil},
		{"transactions root", func(h *types.Header, _ *types.Body) { h.TxHash = common.Hash{1} }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := n.transfers(2)(0)
			spec.Damage = test.damage
			bad := n.Block(base[1], spec)
			child := n.Block(n.Block(base[1], n.transfers(2)(0)), chaintest.Spec{Damage: func(h *types.Header, _ *types.Body) { h.ParentHash = bad.Hash() }})
			for place, prepare := range map[string]types.Blocks{
				"head":        base,
				"side branch": append(base[:2:2], n.Chain(base[1], 3, n.transfers(2))...),
			} {
				s := newChain(t, n)
				insert(t, s, prepare)
				got, err := s.InsertBlocks(t.Context(), types.Blocks{bad})
				if got != 0 || !errors.Is(err, chain.ErrBadBlock) || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("%s: inserted %d: %v, want %v", place, got, err, test.want)
				}
				wantHead(t, s, prepare[len(prepare)-1])
				if s.HasBlock(bad.Hash(), bad.NumberU64()) {
					t.Errorf("%s: the invalid block was stored", place)
				}
				if _, err := s.InsertBlocks(t.Context(), types.Blocks{child}); !errors.Is(err, chain.ErrBadBlock) {
					t.Errorf("%s: its child: %v", place, err)
				}
			}
		})
	}
}

// TestProofMissing is the rule that cannot be broken by sealing: a hash above the
// target.
func TestProofMissing(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	header := n.Block(n.Genesis(), chaintest.Spec{}).Header()
	seal, err := pow.ParseSeal(header.Extra)
	if err != nil {
		t.Fatal(err)
	}
	for seal.Target.MetBy(header.Hash()) {
		seal.Nonce++
		header.Extra = seal.Encode()
	}
	body := types.Body{Withdrawals: n.Params.Withdrawals(1, header.Coinbase)}
	_, err = s.InsertBlocks(t.Context(), types.Blocks{types.NewBlockWithHeader(header).WithBody(body)})
	if !errors.Is(err, pow.ErrProof) {
		t.Errorf("got %v, want %v", err, pow.ErrProof)
	}
}

// TestExecutionRulesBroken covers what only shows when a block is executed.
func TestExecutionRulesBroken(t *testing.T) {
	n := newNetwork(t)
	for name, damage := range map[string]func(*types.Header, *types.Body){
		"state root":    func(h *types.Header, _ *types.Body) { h.Root = common.Hash{1} },
		"receipts root": func(h *types.Header, _ *types.Body) { h.ReceiptHash = common.Hash{1} },
		"bloom":         func(h *types.Header, _ *types.Body) { h.Bloom[0] = 1 },
		"gas used":      func(h *types.Header, _ *types.Body) { h.GasUsed++ },
		"requests hash": func(h *types.Header, _ *types.Body) { h.RequestsHash = &common.Hash{1} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newChain(t, n)
			spec := n.transfers(0)(0)
			spec.Damage = damage
			if _, err := s.InsertBlocks(t.Context(), types.Blocks{n.Block(n.Genesis(), spec)}); !errors.Is(err, chain.ErrBadBlock) {
				t.Errorf("got %v", err)
			}
			wantHead(t, s, n.Genesis())
			insert(t, s, n.Chain(n.Genesis(), 1, n.transfers(0))) // it goes on with a good one
		})
	}
}

func TestReadersDuringInsertion(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	blocks := n.Chain(n.Genesis(), 60, n.transfers(0))
	side := n.Chain(blocks[20], 50, func(i int) chaintest.Spec { return chaintest.Spec{Coinbase: chaintest.Address(7)} })

	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					head := s.CurrentBlock()
					if s.TotalWork(head.Hash(), head.Number.Uint64()) == nil {
						t.Error("head without work")
					}
					if statedb, err := s.StateOf(head); err == nil {
						statedb.GetBalance(chaintest.Address(20))
					}
					s.SafeHeader()
				}
			}
		})
	}
	for _, branch := range []types.Blocks{blocks, append(blocks[:21:21], side...)} {
		writers.Go(func() {
			for i := range branch {
				if _, err := s.InsertBlocks(t.Context(), branch[:i+1]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	wantHead(t, s, side[49])
}
