package p2p

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// evictBelow is the score below which a peer has to make room for another when
// all slots are taken. Above, who is there stays.
const evictBelow = -20

// errTooManyPeers is told to peers that there is no slot for.
var errTooManyPeers = errors.New("too many peers")

// member is a connected peer.
type member struct {
	id      peer.ID
	conn    network.Conn // with which the session began; there may be more
	inbound bool
	agent   string
	since   time.Time
}

// roster knows who is connected, and decides who may be.
//
// Static and trusted peers have no slots and take none: whoever runs the node
// has named them. Of the other MaxPeers, those who dialled us take at most the
// inbound share, so that strangers cannot fill all slots; those we dialled have
// the rest.
type roster struct {
	maxPeers, maxInbound, maxOutbound int

	mu      sync.Mutex // guards all below
	members map[peer.ID]*member
	static  map[peer.ID]struct{} // named by the user: see dialer.rank
	trusted map[peer.ID]struct{}
	changed chan struct{} // closed at the next change

	begun *lru.Cache[peer.ID, time.Time] // when a peer's last session began
}

func newRoster(maxPeers int, inboundShare float64) *roster {
	maxInbound := int(math.Ceil(float64(maxPeers) * inboundShare))
	return &roster{
		maxPeers:    maxPeers,
		maxInbound:  maxInbound,
		maxOutbound: max(maxPeers-maxInbound, min(maxPeers, 1)),
		members:     make(map[peer.ID]*member),
		changed:     make(chan struct{}),
		begun:       lru.NewCache[peer.ID, time.Time](peopleKept),
	}
}

// admit takes a peer in. When all slots are taken and another peer's score is
// bad, and worse than the newcomer's, that one is to go: it is returned.
func (r *roster) admit(m *member, score func(peer.ID) float64) (evicted peer.ID, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.exempt(m.id) && !r.free(m.inbound) {
		worst, ok := r.worst(m.inbound, score)
		if !ok || score(worst) >= min(evictBelow, score(m.id)) {
			return "", errTooManyPeers
		}
		evicted = worst
		delete(r.members, worst)
	}
	r.members[m.id] = m
	r.begun.Add(m.id, time.Now())
	r.announce()
	return evicted, nil
}

// free reports whether there is a slot for a peer that is not exempt.
func (r *roster) free(inbound bool) bool {
	in, out := r.taken()
	if in+out >= r.maxPeers {
		return false
	}
	if inbound {
		return in < r.maxInbound
	}
	return out < r.maxOutbound
}

// taken counts the slots in use.
func (r *roster) taken() (inbound, outbound int) {
	for id, m := range r.members {
		switch {
		case r.exempt(id):
		case m.inbound:
			inbound++
		default:
			outbound++
		}
	}
	return inbound, outbound
}

// worst returns the peer with the lowest score among those whose slot the
// newcomer could have: those of its direction, and all if only their number is
// in the way.
func (r *roster) worst(inbound bool, score func(peer.ID) float64) (worst peer.ID, ok bool) {
	in, out := r.taken()
	shareLeft := out < r.maxOutbound
	if inbound {
		shareLeft = in < r.maxInbound
	}
	low := math.Inf(1)
	for id, m := range r.members {
		if r.exempt(id) || (m.inbound != inbound && !shareLeft) {
			continue
		}
		if points := score(id); points < low {
			worst, low, ok = id, points, true
		}
	}
	return worst, ok
}

// freeOutbound returns how many peers may be dialled.
func (r *roster) freeOutbound() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	in, out := r.taken()
	return max(0, min(r.maxOutbound-out, r.maxPeers-in-out))
}

// remove takes a peer out. With conn, only if the session began with it.
func (r *roster) remove(id peer.ID, conn network.Conn) (*member, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.announce()
	m, ok := r.members[id]
	if !ok || (conn != nil && m.conn != conn) {
		return nil, false
	}
	delete(r.members, id)
	return m, true
}

// met reports whether a peer is connected, or was at some time after the given
// one.
func (r *roster) met(id peer.ID, after time.Time) bool {
	if _, ok := r.get(id); ok {
		return true
	}
	at, ok := r.begun.Get(id)
	return ok && at.After(after)
}

func (r *roster) get(id peer.ID) (*member, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.members[id]
	return m, ok
}

// all returns the connected peers, the longest connected first.
func (r *roster) all() []*member {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*member, 0, len(r.members))
	for _, m := range r.members {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *member) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.id, b.id))
	})
	return list
}

func (r *roster) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members)
}

// watch returns a channel that is closed at the next coming or going, of peers
// that were refused too.
func (r *roster) watch() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *roster) announce() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *roster) exempt(id peer.ID) bool {
	_, static := r.static[id]
	_, trusted := r.trusted[id]
	return static || trusted
}

// isExempt reports whether the peer needs no slot.
func (r *roster) isExempt(id peer.ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exempt(id)
}

// named returns what the user has said of a peer.
func (r *roster) named(id peer.ID) (static, trusted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, static = r.static[id]
	_, trusted = r.trusted[id]
	return static, trusted
}

// rank sets whom the user has named.
func (r *roster) rank(static, trusted map[peer.ID]struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.static, r.trusted = static, trusted
}
