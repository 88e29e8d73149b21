package p2p

import (
	"errors"
	"io"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/test"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/sirupsen/logrus"
)

func quietLog() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

func randomID(t testing.TB) peer.ID {
	t.Helper()
	id, err := test.RandPeerID()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// clock is a time that tests move.
type clock struct{ now time.Time }

func newClock() *clock                { return &clock{time.Unix(1_800_000_000, 0)} }
func (c *clock) Now() time.Time       { return c.now }
func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }
func near(got, want float64) bool     { return math.Abs(got-want) < 1e-6 }
func id(n byte) peer.ID               { return peer.ID([]byte{n}) }
func members(r *roster) (list []peer.ID) {
	for _, m := range r.all() {
		list = append(list, m.id)
	}
	return list
}

func TestScoreTable(t *testing.T) {
	for o := InvalidHeader; o <= Useless; o++ {
		row, ok := offences[o]
		if !ok || row.name == "" || row.why == "" || row.points <= 0 {
			t.Errorf("offence %d is not in the table", int(o))
		}
		if o.String() != row.name {
			t.Errorf("offence %d is called %q", int(o), o)
		}
	}
	for m := UsefulBlock; m <= UsefulResponse; m++ {
		if merits[m] <= 0 {
			t.Errorf("merit %d is not in the table", int(m))
		}
	}
	cause := errors.New("cause")
	if err := Blame(Flood, cause); !errors.Is(err, cause) || err.Error() != "flood: cause" {
		t.Errorf("misconduct: %v", err)
	}
	if o, ok := blamed(cause); ok {
		t.Errorf("an ordinary error blames for %v", o)
	}
}

func TestScoreDecays(t *testing.T) {
	c := newClock()
	s := newScores(c.Now)
	a := id(1)
	for range 2 {
		if s.charge(a, Malformed) {
			t.Error("banned after two")
		}
	}
	c.pass(scoreHalfLife)
	if got := s.of(a); !near(got, -34) {
		t.Errorf("after a half-life: %v", got)
	}
	if s.charge(a, Malformed) {
		t.Error("banned for two and a half of three")
	}
	if !s.charge(a, Malformed) {
		t.Error("not banned")
	}
	c.pass(12 * scoreHalfLife)
	s.tidy()
	if len(s.book) != 0 {
		t.Errorf("not forgotten: %v", s.book)
	}
}

func TestScoreBounds(t *testing.T) {
	s := newScores(newClock().Now)
	a, b := id(1), id(2)
	for range 1000 {
		s.credit(a, UsefulBlock)
		if s.charge(b, Timeout) {
			t.Fatal("banned for time-outs")
		}
	}
	if s.of(a) != maxScore || s.of(b) != harmlessFloor {
		t.Errorf("scores %v and %v", s.of(a), s.of(b))
	}
	// A peer in arrears is not helped up by a harmless fault.
	for range 19 {
		s.charge(b, Flood)
	}
	before := s.of(b)
	if s.charge(b, Useless); s.of(b) != before {
		t.Errorf("score went from %v to %v", before, s.of(b))
	}
	for n := range 2 * scoresKept {
		s.charge(peer.ID([]byte{byte(n), byte(n >> 8), 1}), Useless)
	}
	if len(s.book) > scoresKept {
		t.Errorf("%d scores are kept", len(s.book))
	}
	if s.of(b) != before {
		t.Error("the worst score was forgotten")
	}
}

func TestBansDoubleAndExpire(t *testing.T) {
	c, db := newClock(), memorydb.New()
	bans, err := loadBans(db, c.Now, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	who := subject{id: randomID(t)}
	for _, want := range []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		ban, err := bans.add(who, 0, "test")
		if err != nil || ban.Expires.Sub(c.now) != want {
			t.Errorf("ban for %s, want %s (%v)", ban.Expires.Sub(c.now), want, err)
		}
		c.pass(want - time.Second)
		if !bans.hasPeer(who.id) {
			t.Error("ended too early")
		}
		c.pass(time.Second)
		if bans.hasPeer(who.id) || len(bans.list()) != 0 {
			t.Error("not ended")
		}
		// The count outlives a restart.
		if bans, err = loadBans(db, c.Now, quietLog()); err != nil {
			t.Fatal(err)
		}
	}
	c.pass(banMemory + time.Second)
	if err := bans.tidy(); err != nil || db.Len() != 0 {
		t.Errorf("%d entries are left (%v)", db.Len(), err)
	}
	if ban, _ := bans.add(who, 0, "test"); ban.Expires.Sub(c.now) != time.Hour {
		t.Error("not forgotten")
	}
}

func TestBanNetworks(t *testing.T) {
	bans, err := loadBans(memorydb.New(), time.Now, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"10.1.0.0/16", "fd00::/8", "192.0.2.1", "::ffff:192.0.2.2"} {
		s, err := parseSubject(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bans.add(s, time.Hour, ""); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]bool{
		"10.1.2.3": true, "10.2.0.1": false, "fd12::1": true, "fe80::1": false, "192.0.2.1": true, "192.0.2.2": true, "192.0.2.3": false,
	} {
		if bans.hasAddr(netip.MustParseAddr(text)) != want {
			t.Errorf("%s banned: %v", text, !want)
		}
	}
}

func TestBansAreBounded(t *testing.T) {
	c := newClock()
	bans, err := loadBans(memorydb.New(), c.Now, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	for n := range bansKept + 100 {
		c.pass(time.Second)
		if _, err := bans.add(subject{id: peer.ID([]byte{byte(n), byte(n >> 8)})}, 100*time.Hour, ""); err != nil {
			t.Fatal(err)
		}
	}
	if len(bans.peers) != bansKept {
		t.Errorf("%d bans are kept", len(bans.peers))
	}
}

// What cannot be read from the database is dropped, not fatal.
func TestDamagedDatabase(t *testing.T) {
	db := memorydb.New()
	good := randomID(t)
	store, err := loadPeers(db, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	addr := ma.StringCast("/ip4/10.0.0.1/tcp/1")
	if err := store.save(good, []ma.Multiaddr{addr}, []byte("record"), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{peerPrefix + "junk", peerPrefix + string(randomID(t)), banPrefix + "junk", banPrefix + "10.0.0.1/32"} {
		if err := db.Put([]byte(key), []byte{0xff, 0xff}); err != nil {
			t.Fatal(err)
		}
	}
	if store, err = loadPeers(db, quietLog()); err != nil {
		t.Fatal(err)
	}
	if _, err = loadBans(db, time.Now, quietLog()); err != nil {
		t.Fatal(err)
	}
	all := store.all()
	if len(all) != 1 || all[0].id != good || len(all[0].info().Addrs) != 1 || !all[0].info().Addrs[0].Equal(addr) || db.Len() != 1 {
		t.Errorf("left: %+v, %d entries", all, db.Len())
	}
}

func TestStoreIsBounded(t *testing.T) {
	db := memorydb.New()
	store, err := loadPeers(db, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	var addrs []ma.Multiaddr
	for range 2 * storedAddrs {
		addrs = append(addrs, ma.StringCast("/ip4/10.0.0.1/tcp/1"))
	}
	for n := range storedPeers + 10 {
		if err := store.save(peer.ID([]byte{byte(n), byte(n >> 8)}), addrs, nil, time.Unix(int64(n), 0)); err != nil {
			t.Fatal(err)
		}
	}
	all := store.all()
	if len(all) != storedPeers || db.Len() != storedPeers || all[len(all)-1].Seen != 10 || len(all[0].Addrs) != storedAddrs {
		t.Errorf("%d peers are kept, the oldest from %d", len(all), all[len(all)-1].Seen)
	}
	if err := store.save(id(1), nil, nil, time.Now()); err != nil {
		t.Error(err)
	}
	if _, ok := store.get(id(1)); ok {
		t.Error("a peer without an address is remembered")
	}
}

func TestRosterSlots(t *testing.T) {
	scores := map[peer.ID]float64{}
	score := func(id peer.ID) float64 { return scores[id] }
	for _, test := range []struct {
		max               int
		share             float64
		inbound, outbound int // how many get in when only that kind comes
	}{
		{50, 2. / 3, 34, 16}, {3, 2. / 3, 2, 1}, {1, 2. / 3, 1, 1}, {0, 2. / 3, 0, 0}, {10, 1, 10, 1}, {10, 0, 0, 10},
	} {
		for _, inbound := range []bool{true, false} {
			r := newRoster(test.max, test.share)
			admitted := 0
			for n := range 100 {
				if _, err := r.admit(&member{id: id(byte(n)), inbound: inbound}, score); err == nil {
					admitted++
				}
			}
			want := test.outbound
			if inbound {
				want = test.inbound
			}
			if admitted != want || r.count() != want {
				t.Errorf("max %d, share %.2f, inbound %v: %d admitted, want %d", test.max, test.share, inbound, admitted, want)
			}
		}
	}
}

func TestRosterEvicts(t *testing.T) {
	scores := map[peer.ID]float64{id(1): -30, id(2): -50, id(3): -90, id(9): -40}
	score := func(id peer.ID) float64 { return scores[id] }
	r := newRoster(3, 1)
	r.rank(map[peer.ID]struct{}{id(3): {}}, nil) // static: has no slot to give
	for n := byte(0); n < 4; n++ {
		if evicted, err := r.admit(&member{id: id(n), inbound: true}, score); evicted != "" || err != nil {
			t.Fatalf("peer %d: evicted %q, error %v", n, evicted, err)
		}
	}
	for _, test := range []struct{ newcomer, evicted byte }{{4, 2}, {9, 0}, {5, 1}, {6, 0}} { // 0 = refused
		evicted, err := r.admit(&member{id: id(test.newcomer), inbound: true}, score)
		if test.evicted == 0 {
			if !errors.Is(err, errTooManyPeers) {
				t.Errorf("peer %d: %v", test.newcomer, err)
			}
		} else if err != nil || evicted != id(test.evicted) {
			t.Errorf("peer %d: evicted %q, error %v", test.newcomer, evicted, err)
		}
	}
	if got := len(members(r)); got != 4 {
		t.Errorf("%d members", got)
	}
}

func TestDialBackoff(t *testing.T) {
	d := newDialer(&Service{roster: newRoster(10, 1)})
	named, other := &errand{purpose: forStatic}, &errand{purpose: forSlot}
	_, _ = d.s.roster.admit(&member{id: id(1)}, func(peer.ID) float64 { return 0 })
	for range 40 {
		d.postpone(named)
		d.postpone(other)
	}
	if wait := time.Until(named.next); wait > backoffSoon*3/2 || wait < backoffSoon/3 {
		t.Errorf("a named peer is dialled after %s", wait)
	}
	if wait := time.Until(other.next); wait > backoffLate*3/2 || wait < backoffLate/3 {
		t.Errorf("another peer is dialled after %s", wait)
	}
	recent := &errand{purpose: forSlot, seen: time.Now().Add(-time.Hour), failures: 40}
	if d.postpone(recent); time.Until(recent.next) > backoffSoon*3/2 {
		t.Error("a peer that was connected an hour ago is given up")
	}
	d.s.roster.remove(id(1), nil)
	if d.postpone(other); time.Until(other.next) > backoffSoon*3/2 {
		t.Error("a lonely node does not hurry")
	}
}

// Who has nobody, and cannot reach whom he has named, is told once.
func TestLonelyNodeIsTold(t *testing.T) {
	d := newDialer(&Service{roster: newRoster(10, 1)})
	named, other := &errand{purpose: forStartup}, &errand{purpose: forSlot}
	told := 0
	for range 40 {
		if d.tell(other) {
			t.Fatal("a discovered node that cannot be reached is told of")
		}
		if d.tell(named) {
			told++
		}
		named.failures++
		other.failures++
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	_, _ = d.s.roster.admit(&member{id: id(1)}, func(peer.ID) float64 { return 0 })
	if d.tell(&errand{purpose: forStartup, failures: tellAfter - 1}) {
		t.Error("told though there is a peer")
	}
}

func TestPrintable(t *testing.T) {
	if got := printable([]byte("a\x1b[31m\nü\xff")); got != "a?[31m?ü?" {
		t.Errorf("%q", got)
	}
}

// Ten thousand nodes that discovery found take up no more than the pool, and do
// not push out those that were connected once.
func TestPoolIsBounded(t *testing.T) {
	store, err := loadPeers(memorydb.New(), quietLog())
	if err != nil {
		t.Fatal(err)
	}
	d := newDialer(&Service{roster: newRoster(10, 1), store: store})
	known := randomID(t)
	d.recall([]rememberedPeer{{known, storedPeer{Seen: uint64(time.Now().Unix())}}})
	for n := range 10_000 {
		d.candidate(peer.AddrInfo{ID: peer.ID([]byte{byte(n), byte(n >> 8), 1})})
		if n%10 == 0 {
			for _, e := range d.due(time.Now()) { // none answers
				e.busy = false
				d.busy--
				d.postpone(e)
			}
		}
	}
	if len(d.pool) > poolSize || d.pool[known] == nil {
		t.Errorf("%d peers in the pool; the known one is there: %v", len(d.pool), d.pool[known] != nil)
	}
	if due := d.due(time.Now()); len(due) > 1 {
		t.Errorf("%d dials at once, with one slot for them", len(due))
	}
}
