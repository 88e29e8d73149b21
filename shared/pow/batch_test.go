package pow

import (
	"errors"
	"fmt"
	"math/big"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/types"
)

// stored is a chain that has only its genesis block of the given one.
func stored(chain *headerChain) *headerChain {
	genesis := chain.head
	for genesis.Number.Sign() > 0 {
		genesis = chain.headers[genesis.ParentHash]
	}
	short := &headerChain{config: chain.config, headers: make(map[common.Hash]*types.Header)}
	short.add(genesis)
	return short
}

func TestVerifyHeadersInOrder(t *testing.T) {
	e, chain := newTestChain(easyParams())
	headers := extend(t, e, chain, 10*batchSection+3)
	short := stored(chain)

	for _, n := range []int{0, 1, 2, batchSection, batchSection + 1, len(headers)} {
		for _, spoiled := range [][]int{nil, {0}, {n - 1}, {n / 2, n/2 + 1}, {batchSection - 1}, {batchSection}} {
			t.Run(fmt.Sprint(n, spoiled), func(t *testing.T) {
				batch := append([]*types.Header(nil), headers[:n]...)
				want := make([]error, n)
				for _, i := range spoiled {
					if i >= 0 && i < n {
						batch[i] = types.CopyHeader(headers[i])
						batch[i].Extra[0]++ // another vanity, another hash
						if e.VerifyProof(batch[i]) != nil {
							want[i] = ErrProof
						}
					}
				}
				for i := 1; i < n; i++ {
					if batch[i-1].Hash() != batch[i].ParentHash {
						want[i] = consensus.ErrUnknownAncestor
					}
				}
				_, results := e.VerifyHeaders(short, batch)
				for i := range want {
					if err := <-results; !errors.Is(err, want[i]) {
						t.Errorf("header %d: error %v, want %v", i, err, want[i])
					}
				}
				if len(results) != 0 {
					t.Errorf("%d results too many", len(results))
				}
			})
		}
	}
}

// TestVerifyHeadersOnStoredParent begins in the middle of the chain.
func TestVerifyHeadersOnStoredParent(t *testing.T) {
	e, chain := newTestChain(easyParams())
	headers := extend(t, e, chain, 2*batchSection)
	_, results := e.VerifyHeaders(chain, headers[5:])
	for i := range headers[5:] {
		if err := <-results; err != nil {
			t.Errorf("header %d: %v", 5+i, err)
		}
	}
}

// gatedChain counts the parents that it was asked for and holds back the
// answers until the gate opens.
type gatedChain struct {
	*headerChain
	asked atomic.Int32
	gate  chan struct{}
}

func (c *gatedChain) GetHeader(h common.Hash, n uint64) *types.Header {
	c.asked.Add(1)
	<-c.gate
	return c.headerChain.GetHeader(h, n)
}

// TestVerifyHeadersAbort aborts while all workers are busy: they finish their
// sections and take no further ones. The bubble fails the test if a goroutine
// is left behind.
func TestVerifyHeadersAbort(t *testing.T) {
	e, chain := newTestChain(easyParams())
	// None of these headers is the parent of another, so each asks the chain.
	headers := make([]*types.Header, 100*batchSection)
	for i := range headers {
		headers[i] = &types.Header{Number: big.NewInt(int64(1 + i)), ParentHash: common.Hash{byte(i), byte(i >> 8)}}
	}
	synctest.Test(t, func(t *testing.T) {
		gated := &gatedChain{headerChain: chain, gate: make(chan struct{})}
		abort, results := e.VerifyHeaders(gated, headers)
		synctest.Wait()
		close(abort)
		close(gated.gate)
		synctest.Wait()
		workers := int(gated.asked.Load()) / batchSection
		if workers > 64 {
			t.Errorf("%d sections were verified after the abort", workers)
		}
		if len(results)%batchSection != 0 || len(results) > workers*batchSection {
			t.Errorf("%d results of %d sections", len(results), workers)
		}
	})
}

// TestVerifyHeadersUnread leaves the results where they are.
func TestVerifyHeadersUnread(t *testing.T) {
	e, chain := newTestChain(easyParams())
	headers := extend(t, e, chain, 5*batchSection)
	synctest.Test(t, func(t *testing.T) {
		_, results := e.VerifyHeaders(stored(chain), headers)
		synctest.Wait()
		if len(results) != len(headers) {
			t.Errorf("%d results, want %d", len(results), len(headers))
		}
	})
}

// BenchmarkVerifyHeaders reports the time per header of batches as they come
// in sync, beside go-ethereum's own rules alone.
func BenchmarkVerifyHeaders(b *testing.B) {
	e, chain := newTestChain(easyParams())
	headers := extend(b, e, chain, 1024)
	short := stored(chain)
	for _, engine := range []consensus.Engine{e, NewStockEngine()} {
		b.Run(fmt.Sprintf("%T", engine), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, results := engine.VerifyHeaders(short, headers)
				for range headers {
					if err := <-results; err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(headers)), "ns/header")
		})
	}
}
