package p2p

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/p2p/discovery"
	"github.com/sirupsen/logrus"
)

const (
	// dialTick is how often the dialer looks for something to do when nothing
	// wakes it.
	dialTick = time.Second

	// dialTimeout bounds a dial, names and handshakes included.
	dialTimeout = 15 * time.Second

	// dialsAtOnce bounds the dials under way.
	dialsAtOnce = 16

	// A dial that fails is repeated after backoffStart, then twice as long and so
	// on, up to backoffSoon for the peers that a user has named and those that were
	// connected within recently, so that a network heals within a minute of a
	// partition. For others it goes up to backoffLate, unless nobody is connected.
	backoffStart = time.Second
	backoffSoon  = 20 * time.Second
	backoffLate  = 10 * time.Minute
	recently     = 24 * time.Hour

	// tellAfter is how many dials of a node that a user has named must fail before he
	// is told, some 15 seconds after the first one.
	tellAfter = 5

	// shortSession is how long a session must last to count as a success:
	// one that ends before is as good as a failed dial.
	shortSession = 30 * time.Second

	// poolSize bounds the peers that may be dialled to fill slots: the remembered
	// ones, and as many that were discovered.
	poolSize = 2 * storedPeers

	// A remembered peer is forgotten when it has not been connected for
	// forgetAfter, and forgetTries dials have failed since the start.
	forgetAfter = 7 * 24 * time.Hour
	forgetTries = 10
)

// purpose is what a target is dialled for.
type purpose int

const (
	forStatic  purpose = iota // to stay connected, whatever the slots
	forTrust                  // to learn its id, so as to let it in
	forStartup                // a bootnode: to fill a slot, and to find others
	forSlot                   // a remembered or discovered peer: to fill a slot
)

// errand is a peer to dial, or a name to resolve and then dial.
type errand struct {
	purpose purpose
	text    string           // what the user has named, or a peer id
	target  discovery.Target // parsed from it, unless it is a peer id
	ids     []peer.ID        // whom the target has led to
	info    peer.AddrInfo    // forSlot: the one in ids, and where it is
	seen    time.Time        // forSlot: when it was connected last, if ever

	failures int
	next     time.Time
	busy     bool
	gone     bool // removed while busy
}

// dialer decides whom to dial and when.
type dialer struct {
	s    *Service
	wake chan struct{} // holds one, since one is enough

	mu    sync.Mutex // guards all below
	named []*errand
	pool  map[peer.ID]*errand
	busy  int
}

func newDialer(s *Service) *dialer {
	return &dialer{s: s, wake: make(chan struct{}, 1), pool: make(map[peer.ID]*errand)}
}

func (d *dialer) poke() {
	select {
	case d.wake <- struct{}{}:
	default: // it is awake
	}
}

// parseErrand reads a target that a user has named. A peer id alone can only be
// trusted: it does not say where to dial.
func parseErrand(text string, why purpose) (*errand, error) {
	e := &errand{purpose: why, text: text}
	if id, err := peer.Decode(text); err == nil && why == forTrust {
		e.ids = []peer.ID{id}
		return e, nil
	}
	var err error
	if e.target, err = discovery.ParseTarget(text); err != nil {
		return nil, err
	}
	if id, ok := e.target.ID(); ok {
		e.ids = []peer.ID{id}
	}
	return e, nil
}

// name adds a target that a user has named.
func (d *dialer) name(text string, why purpose) error {
	e, err := parseErrand(text, why)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, other := range d.named {
		if other.purpose == why && other.text == text {
			return nil
		}
	}
	d.named = append(d.named, e)
	d.rank()
	d.poke()
	return nil
}

// unname removes the targets that match and returns the peers they led to.
func (d *dialer) unname(why purpose, match func(*errand) bool) (ids []peer.ID, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.named = slices.DeleteFunc(d.named, func(e *errand) bool {
		if e.purpose != why || !match(e) {
			return false
		}
		found, e.gone = true, true
		ids = append(ids, e.ids...)
		return true
	})
	d.rank()
	return ids, found
}

// rank tells the roster whom the user has named.
func (d *dialer) rank() {
	static, trusted := make(map[peer.ID]struct{}), make(map[peer.ID]struct{})
	for _, e := range d.named {
		for _, id := range e.ids {
			switch e.purpose {
			case forStatic:
				static[id] = struct{}{}
			case forTrust:
				trusted[id] = struct{}{}
			}
		}
	}
	d.s.roster.rank(static, trusted)
}

// candidate adds a peer that may be dialled to fill a slot.
func (d *dialer) candidate(info peer.AddrInfo) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.pool[info.ID]; ok {
		if !e.busy {
			e.info = info
			e.next = earlier(e.next, time.Now().Add(backoffSoon)) // it has been seen alive
		}
		return
	}
	d.add(&errand{info: info})
	d.poke()
}

// add puts a peer into the pool, if there is room for it.
func (d *dialer) add(e *errand) {
	if len(d.pool) >= poolSize && !d.makeRoom(e) {
		return
	}
	e.purpose, e.ids, e.text = forSlot, []peer.ID{e.info.ID}, e.info.ID.String()
	d.pool[e.info.ID] = e
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// makeRoom drops a peer for another: the one that has failed most often, of those
// that have never been connected if there are any. One that was connected does
// not make room for one that was not.
func (d *dialer) makeRoom(newcomer *errand) bool {
	var worst *errand
	for _, e := range d.pool {
		if e.busy || e.failures == 0 || (newcomer.seen.IsZero() && !e.seen.IsZero()) {
			continue
		}
		if worst == nil || cmp.Or(e.seen.Compare(worst.seen), cmp.Compare(worst.failures, e.failures)) < 0 {
			worst = e
		}
	}
	if worst == nil {
		return false
	}
	delete(d.pool, worst.info.ID)
	return true
}

// recall fills the pool with the peers that are remembered.
func (d *dialer) recall(peers []rememberedPeer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range peers {
		d.add(&errand{info: p.info(), seen: p.seen()})
	}
}

// lost is told that a session is over.
func (d *dialer) lost(id peer.ID, lasted time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if remembered, ok := d.s.store.get(id); ok {
		// It may have dialled us; then this is where it listens.
		if e := d.pool[id]; e == nil {
			d.add(&errand{info: remembered.info(), seen: remembered.seen()})
		} else if !e.busy {
			e.info, e.seen = remembered.info(), remembered.seen()
		}
	}
	for _, e := range d.errands() {
		switch {
		case !slices.Contains(e.ids, id):
		case lasted < shortSession:
			d.postpone(e)
		default:
			e.failures, e.next = 0, time.Now().Add(jitter(backoffStart))
		}
	}
	d.poke()
}

// forgive makes all errands due: what they failed for may be over.
func (d *dialer) forgive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.errands() {
		e.failures, e.next = 0, time.Time{}
	}
	d.poke()
}

func (d *dialer) errands() []*errand {
	list := slices.Clone(d.named)
	for _, e := range d.pool {
		list = append(list, e)
	}
	return list
}

// postpone puts an errand off after a failure.
func (d *dialer) postpone(e *errand) {
	limit := backoffLate
	if e.purpose != forSlot || time.Since(e.seen) < recently || d.s.roster.count() == 0 {
		limit = backoffSoon
	}
	delay := limit
	if e.failures < 16 {
		delay = min(backoffStart<<e.failures, limit)
	}
	e.failures++
	e.next = time.Now().Add(jitter(delay))
}

// jitter spreads a delay over half to one and a half of it, so that two nodes
// that dial each other do not do so at the same moment again and again.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// run dials until ctx ends.
func (d *dialer) run(ctx context.Context, candidates <-chan discovery.Candidate) {
	tick := time.NewTicker(dialTick)
	defer tick.Stop()
	for {
		for _, e := range d.due(time.Now()) {
			d.s.spawn(func() { d.dial(ctx, e) })
		}
		select {
		case <-tick.C:
		case <-d.wake:
		case c := <-candidates:
			d.candidate(c.Info)
		case <-ctx.Done():
			return
		}
	}
}

// due returns the errands to do now, and marks them busy.
func (d *dialer) due(now time.Time) (list []*errand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	slots := d.s.roster.freeOutbound()
	for _, e := range d.errands() {
		if e.busy && e.purpose > forTrust {
			slots--
		}
	}
	for _, e := range d.ready(now) {
		if d.busy >= dialsAtOnce {
			break
		}
		if e.purpose > forTrust {
			if slots <= 0 {
				continue
			}
			slots--
		}
		e.busy = true
		d.busy++
		list = append(list, e)
	}
	return list
}

// ready returns the errands whose time has come: the named ones, then the rest
// by failures.
func (d *dialer) ready(now time.Time) (list []*errand) {
	for _, e := range d.errands() {
		if !e.busy && !now.Before(e.next) && !d.satisfied(e) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *errand) int {
		return cmp.Or(cmp.Compare(a.purpose, b.purpose), cmp.Compare(a.failures, b.failures), b.seen.Compare(a.seen))
	})
	return list
}

// satisfied reports whether there is nothing to do for an errand.
func (d *dialer) satisfied(e *errand) bool {
	if e.purpose == forTrust {
		return len(e.ids) > 0
	}
	return slices.ContainsFunc(e.ids, d.s.Connected)
}

// dial does an errand and plans the next.
func (d *dialer) dial(ctx context.Context, e *errand) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	infos, err := d.find(ctx, e)
	if err == nil && e.purpose != forTrust {
		err = d.dialAny(ctx, infos)
	}
	d.s.metrics.dialled(err)
	if err != nil && !errors.Is(err, context.Canceled) {
		log := d.s.log.WithFields(logrus.Fields{"target": e.text, "failures": e.failures + 1}).WithError(err)
		if d.tell(e) {
			log.Warn("No peers: a node that the settings name cannot be reached")
		} else {
			log.Debug("Cannot dial")
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e.busy = false
	d.busy--
	switch {
	case errors.Is(err, discovery.ErrSelf): // a list of bootnodes that is the same everywhere
		e.next = time.Now().Add(backoffLate)
	case err != nil:
		d.postpone(e)
		d.giveUp(e)
	default:
		// The session may have been a short one, and over already.
		if soon := time.Now().Add(jitter(backoffStart)); e.next.Before(soon) {
			e.next = soon
		}
	}
	d.poke()
}

// tell reports whether a failed dial is worth a warning: when the user has named the
// target, nobody is connected, and it is not the other node that starts a bit later.
func (d *dialer) tell(e *errand) bool {
	return e.purpose != forSlot && e.failures+1 == tellAfter && d.s.roster.count() == 0
}

// find returns whom an errand leads to.
func (d *dialer) find(ctx context.Context, e *errand) ([]peer.AddrInfo, error) {
	if e.purpose == forSlot {
		return []peer.AddrInfo{e.info}, nil
	}
	infos, err := d.s.resolver.Resolve(ctx, e.target)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.gone {
		return nil, context.Canceled
	}
	e.ids = nil
	for _, info := range infos {
		e.ids = append(e.ids, info.ID)
	}
	d.rank()
	return infos, nil
}

func (d *dialer) dialAny(ctx context.Context, infos []peer.AddrInfo) error {
	var faults []error
	for _, info := range infos {
		err := d.s.connect(ctx, info)
		if err == nil {
			return nil
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// giveUp drops a peer that cannot be reached: at once if it is a mere
// candidate, after a week if it was connected once.
func (d *dialer) giveUp(e *errand) {
	if e.purpose != forSlot || e.failures < forgetTries {
		return
	}
	if time.Since(e.seen) < forgetAfter {
		return
	}
	delete(d.pool, e.info.ID)
	if err := d.s.store.forget(e.info.ID); err != nil {
		d.s.log.WithError(err).Warn("Cannot forget peer")
	}
}
