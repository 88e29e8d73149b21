package chain

import (
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/filtermaps"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
)

// chainEvents is how many blocks the log index may fall behind before it holds
// up the chain: an import announces every block.
const chainEvents = 16

// logIndex keeps go-ethereum's log index (filter maps, EIP-7745's structure) in
// step with the head, so that eth_getLogs need not read every block.
type logIndex struct {
	bc   *receiptChain
	maps *filtermaps.FilterMaps

	once sync.Once
	subs event.SubscriptionScope
	quit chan struct{}
	done chan struct{} // nil until started
}

func newLogIndex(bc *receiptChain, db ethdb.KeyValueStore, blocks uint64) (*logIndex, error) {
	cutoff, _ := bc.HistoryPruningCutoff()
	maps, err := filtermaps.NewFilterMaps(db, viewAt(bc, indexedHead(bc, db)), cutoff, 0, filtermaps.DefaultParams,
		filtermaps.Config{History: blocks})
	if err != nil {
		return nil, fmt.Errorf("open log index: %w", err)
	}
	return &logIndex{bc: bc, maps: maps, quit: make(chan struct{})}, nil
}

// indexedHead returns the head that the stored index was made for. go-ethereum takes
// an index that was complete for the current head's, and would leave the blocks that
// came when it was behind, or after a crash, to be searched one by one until the next
// block comes.
func indexedHead(bc *receiptChain, db ethdb.KeyValueReader) *types.Header {
	head := bc.CurrentBlock()
	stored, ok, err := rawdb.ReadFilterMapsRange(db)
	if err == nil && ok && stored.HeadIndexed && stored.BlocksAfterLast > 0 && stored.BlocksAfterLast <= head.Number.Uint64() {
		if header := bc.GetHeaderByNumber(stored.BlocksAfterLast - 1); header != nil {
			return header
		}
	}
	return head
}

func viewAt(bc *receiptChain, head *types.Header) *filtermaps.ChainView {
	return filtermaps.NewChainView(bc, head.Number.Uint64(), head.Hash())
}

func (l *logIndex) start() {
	l.once.Do(func() {
		heads := make(chan core.ChainEvent, chainEvents)
		busy := make(chan bool, 1)
		l.subs.Track(l.bc.SubscribeChainEvent(heads))
		l.subs.Track(l.bc.SubscribeBlockProcessingEvent(busy))
		l.maps.Start()
		l.target(l.bc.CurrentBlock())
		l.done = make(chan struct{})
		go l.follow(heads, busy)
	})
}

// follow tells the index of each new head, and to pause while blocks are being
// executed.
func (l *logIndex) follow(heads <-chan core.ChainEvent, busy <-chan bool) {
	defer close(l.done)
	for {
		select {
		case <-l.quit:
			return
		case ev := <-heads:
			l.target(ev.Header)
		case working := <-busy:
			l.maps.SetBlockProcessing(working)
		}
	}
}

// target tells the index to cover the branch of this head.
func (l *logIndex) target(head *types.Header) {
	if view := viewAt(l.bc, head); view != nil {
		cutoff, _ := l.bc.HistoryPruningCutoff()
		l.maps.SetTarget(view, cutoff, 0)
	}
}

// stop ends the follower before the index, which it feeds.
func (l *logIndex) stop() {
	started := true
	l.once.Do(func() { started = false })
	l.subs.Close()
	if started && l.done != nil {
		close(l.quit)
		<-l.done
		l.maps.Stop()
	}
}

// CurrentView returns the chain as of the head, for searches in the log index.
func (s *Service) CurrentView() *filtermaps.ChainView {
	return viewAt(s.bc, s.CurrentBlock())
}

// NewMatcherBackend returns a view of the log index for one search.
func (s *Service) NewMatcherBackend() filtermaps.MatcherBackend {
	return s.logs.maps.NewMatcherBackend()
}
