package sync

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/libp2p/go-libp2p/core/peer"
	"golang.org/x/time/rate"
)

// PeerStatus is what a peer last said of its chain.
type PeerStatus struct {
	Number uint64
	Hash   common.Hash
	Work   *big.Int
	Since  time.Time // when it said so
}

// peerInfo is what is known of a connected peer. A copy of it is a snapshot.
type peerInfo struct {
	id    peer.ID
	since time.Time // of the connection

	head    PeerStatus // zero before the handshake
	offset  time.Duration
	asking  bool      // a status request of ours is on its way
	chased  bool      // it has blocks whose ancestors we lack: do not wait
	ahead   time.Time // since when its claim is above our work; zero: it is not
	good    bool      // it brought blocks that we took, and no sync from it failed since
	retryAt time.Time // when it may be synced from again
	fails   int       // syncs from it that failed, in a row

	pooled time.Time // when its pool was asked for last
	limits *txLimits
}

func (p *peerInfo) greeted() bool { return p.head.Work != nil }

// txLimits bound the transactions that a peer may send: see gossip_tx.go.
type txLimits struct {
	all   *rate.Limiter
	waste *rate.Limiter
}

// peerSet holds the connected peers.
type peerSet struct {
	mu    sync.Mutex // guards peers and what they point to
	peers map[peer.ID]*peerInfo
}

func newPeerSet() *peerSet { return &peerSet{peers: make(map[peer.ID]*peerInfo)} }

// update changes what is known of a peer, which is added if it is new.
func (set *peerSet) update(id peer.ID, now time.Time, change func(*peerInfo)) {
	set.mu.Lock()
	defer set.mu.Unlock()
	p, ok := set.peers[id]
	if !ok {
		p = &peerInfo{id: id, since: now, limits: newTxLimits()}
		set.peers[id] = p
	}
	change(p)
}

func (set *peerSet) remove(id peer.ID) {
	set.mu.Lock()
	defer set.mu.Unlock()
	delete(set.peers, id)
}

// get returns a snapshot of a peer.
func (set *peerSet) get(id peer.ID) (peerInfo, bool) {
	set.mu.Lock()
	defer set.mu.Unlock()
	p, ok := set.peers[id]
	if !ok {
		return peerInfo{}, false
	}
	return *p, true
}

// all returns snapshots of the peers, in random order.
func (set *peerSet) all() []peerInfo {
	set.mu.Lock()
	defer set.mu.Unlock()
	peers := make([]peerInfo, 0, len(set.peers))
	for _, p := range set.peers {
		peers = append(peers, *p)
	}
	rand.Shuffle(len(peers), func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	return peers
}

// greeted returns snapshots of the peers that a handshake was made with, in
// random order.
func (set *peerSet) greeted() []peerInfo {
	return slices.DeleteFunc(set.all(), func(p peerInfo) bool { return !p.greeted() })
}

// highestClaim is the number of the highest head that one of the peers claims.
func highestClaim(peers []peerInfo) uint64 {
	var highest uint64
	for _, p := range peers {
		highest = max(highest, p.head.Number)
	}
	return highest
}

// PeerStatus returns what a connected peer last said of its chain; false if there
// was no handshake yet.
func (s *Service) PeerStatus(id peer.ID) (PeerStatus, bool) {
	p, ok := s.peers.get(id)
	return p.head, ok && p.greeted()
}

// Peers returns what all peers said of their chains.
func (s *Service) Peers() map[peer.ID]PeerStatus {
	heads := make(map[peer.ID]PeerStatus)
	for _, p := range s.peers.greeted() {
		heads[p.id] = p.head
	}
	return heads
}
