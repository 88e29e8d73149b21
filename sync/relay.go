package sync

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	maxAssemblies = 64  // blocks being rebuilt or inserted at once; each took a proof of work
	maxOrphans    = 32  // announcements that wait for their ancestors
	recentBlocks  = 256 // hashes remembered of blocks that came or went by gossip
)

// relay holds the announced blocks that are not in the chain yet.
type relay struct {
	mu         sync.Mutex // guards both
	assemblies map[common.Hash]*assembly
	orphans    map[common.Hash]orphan

	recent *lru.Cache[common.Hash, struct{}]
}

// assembly is a block whose header was verified, on its way into the chain.
type assembly struct {
	header  *types.Header
	hash    common.Hash
	block   atomic.Pointer[types.Block] // once it is rebuilt
	rebuilt chan struct{}               // closed when block is set or given up
	done    chan struct{}               // closed when the block is in the chain or given up

	from  peer.ID   // who announced it first
	at    time.Time // when that was
	alike []peer.ID // who did after; guarded by relay.mu
}

// orphan is an announcement of a block whose parent is not known.
type orphan struct {
	*compactBlock
	from peer.ID
	at   time.Time // when it came
}

func newRelay() *relay {
	return &relay{
		assemblies: make(map[common.Hash]*assembly),
		orphans:    make(map[common.Hash]orphan),
		recent:     lru.NewCache[common.Hash, struct{}](recentBlocks),
	}
}

// begin adds a block, unless it is there or there are too many.
func (r *relay) begin(header *types.Header, hash common.Hash, from peer.ID, at time.Time) *assembly {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.assemblies[hash] != nil || len(r.assemblies) >= maxAssemblies {
		return nil
	}
	a := &assembly{header: header, hash: hash, from: from, at: at, rebuilt: make(chan struct{}), done: make(chan struct{})}
	r.assemblies[hash] = a
	r.recent.Add(hash, struct{}{})
	delete(r.orphans, hash)
	return a
}

func (r *relay) get(hash common.Hash) *assembly {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.assemblies[hash]
}

// alsoFrom notes that another peer announced a block which is on its way, if it is.
func (r *relay) alsoFrom(hash common.Hash, id peer.ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.assemblies[hash]
	if a != nil && a.from != id && len(a.alike) < otherPeers && !slices.Contains(a.alike, id) {
		a.alike = append(a.alike, id)
	}
	return a != nil
}

// others returns the peers that announced the block too.
func (r *relay) others(a *assembly) []peer.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(a.alike)
}

// complete sets what was rebuilt, nil if that failed.
func (a *assembly) complete(block *types.Block) {
	a.block.Store(block)
	close(a.rebuilt)
}

func (r *relay) end(a *assembly) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.assemblies, a.hash)
	close(a.done)
}

// keep adds an orphan, in the place of any other if there are too many.
func (r *relay) keep(hash common.Hash, o orphan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first, again := r.orphans[hash]; again {
		o.at = first.at
	}
	for other := range r.orphans {
		if len(r.orphans) < maxOrphans {
			break
		}
		delete(r.orphans, other)
	}
	r.orphans[hash] = o
}

// takeOrphans removes and returns the orphans that are ready or hopeless, lowest
// first. It does not hold the lock while it asks ready.
func (r *relay) takeOrphans(ready func(*types.Header) bool) []orphan {
	r.mu.Lock()
	waiting := maps.Clone(r.orphans)
	r.mu.Unlock()
	maps.DeleteFunc(waiting, func(_ common.Hash, o orphan) bool { return !ready(o.Header) })

	r.mu.Lock()
	defer r.mu.Unlock()
	var taken []orphan
	for hash, o := range waiting {
		if _, still := r.orphans[hash]; still {
			taken = append(taken, o)
			delete(r.orphans, hash)
		}
	}
	slices.SortFunc(taken, func(a, b orphan) int { return a.Header.Number.Cmp(b.Header.Number) })
	return taken
}

// aheadReader is the chain with the verified headers of the blocks on their way
// into it, so that a block can be forwarded before its parent is executed.
type aheadReader struct {
	Chain
	relay *relay
}

// GetHeader implements consensus.ChainHeaderReader.
func (r aheadReader) GetHeader(hash common.Hash, number uint64) *types.Header {
	if a := r.relay.get(hash); a != nil {
		return a.header
	}
	return r.Chain.GetHeader(hash, number)
}
