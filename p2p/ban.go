package p2p

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/sirupsen/logrus"
)

// A peer that reaches the ban threshold is banned for banTime, and each time
// again for twice as long as before, up to maxBanTime. After banMemory without
// another ban it counts as a first offender.
const (
	banTime    = time.Hour
	maxBanTime = 24 * time.Hour
	banMemory  = 24 * time.Hour
)

// bansKept bounds the list. When it is full, the ban that ends first goes.
const bansKept = 4096

// Ban keeps a peer or a network out.
type Ban struct {
	Target  string // a peer id or a CIDR
	Reason  string
	Expires time.Time
}

// banRecord is a ban in the database. It stays there for banMemory after its
// end.
type banRecord struct {
	Expires uint64 // seconds since 1970
	Reason  string
	Count   uint64 // how often the target has been banned, this time included
}

// banList is the bans in force and those not forgotten yet.
type banList struct {
	db    ethdb.KeyValueStore
	now   func() time.Time
	mu    sync.Mutex // guards the maps, and orders writes
	peers map[peer.ID]banRecord
	nets  map[netip.Prefix]banRecord
}

// loadBans reads the bans. Entries that cannot be read are removed.
func loadBans(db ethdb.KeyValueStore, now func() time.Time, log logrus.FieldLogger) (*banList, error) {
	b := &banList{db: db, now: now, peers: make(map[peer.ID]banRecord), nets: make(map[netip.Prefix]banRecord)}
	it := db.NewIterator([]byte(banPrefix), nil)
	defer it.Release()
	for it.Next() {
		subject, err := parseSubject(string(it.Key()[len(banPrefix):]))
		var record banRecord
		if err == nil {
			err = rlp.DecodeBytes(it.Value(), &record)
		}
		if err != nil {
			log.WithError(err).Warn("Dropping a ban that cannot be read")
			if err := db.Delete(slices.Clone(it.Key())); err != nil {
				return nil, fmt.Errorf("remove ban: %w", err)
			}
			continue
		}
		b.put(subject, record)
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("read bans: %w", err)
	}
	return b, nil
}

func (b *banList) put(s subject, record banRecord) {
	if s.id != "" {
		b.peers[s.id] = record
	} else {
		b.nets[s.net] = record
	}
}

func (b *banList) get(s subject) (banRecord, bool) {
	if s.id != "" {
		record, ok := b.peers[s.id]
		return record, ok
	}
	record, ok := b.nets[s.net]
	return record, ok
}

func (b *banList) drop(s subject) error {
	if s.id != "" {
		delete(b.peers, s.id)
	} else {
		delete(b.nets, s.net)
	}
	return b.db.Delete([]byte(banPrefix + s.String()))
}

// add bans a subject. A time of 0 stands for the one that its record asks for.
func (b *banList) add(s subject, d time.Duration, reason string) (Ban, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	record, known := b.get(s)
	record.Count++
	if d == 0 {
		d = maxBanTime
		if doublings := record.Count - 1; doublings < 5 {
			d = min(banTime<<doublings, maxBanTime)
		}
	}
	expires := b.now().Add(d)
	record.Expires, record.Reason = uint64(expires.Unix()), reason
	value, err := rlp.EncodeToBytes(&record)
	if err != nil {
		return Ban{}, err
	}
	if !known && len(b.peers)+len(b.nets) >= bansKept {
		if err := b.drop(b.first()); err != nil {
			return Ban{}, err
		}
	}
	b.put(s, record)
	ban := Ban{Target: s.String(), Reason: reason, Expires: expires}
	return ban, b.db.Put([]byte(banPrefix+s.String()), value)
}

// first returns the subject whose ban ends, or has ended, first.
func (b *banList) first() subject {
	var first subject
	end := ^uint64(0)
	for id, record := range b.peers {
		if record.Expires < end {
			first, end = subject{id: id}, record.Expires
		}
	}
	for prefix, record := range b.nets {
		if record.Expires < end {
			first, end = subject{net: prefix}, record.Expires
		}
	}
	return first
}

// errNoBan is returned when there is nothing to undo.
var errNoBan = errors.New("not banned")

// remove forgives a subject.
func (b *banList) remove(s subject) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if record, ok := b.get(s); !ok || !b.inForce(record) {
		return fmt.Errorf("%s: %w", s, errNoBan)
	}
	return b.drop(s)
}

func (b *banList) inForce(record banRecord) bool {
	return uint64(b.now().Unix()) < record.Expires
}

func (b *banList) hasPeer(id peer.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	record, ok := b.peers[id]
	return ok && b.inForce(record)
}

func (b *banList) hasAddr(addr netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for prefix, record := range b.nets {
		if prefix.Contains(addr) && b.inForce(record) {
			return true
		}
	}
	return false
}

// list returns the bans in force, the one that ends first first.
func (b *banList) list() []Ban {
	b.mu.Lock()
	defer b.mu.Unlock()
	var bans []Ban
	add := func(target string, record banRecord) {
		if b.inForce(record) {
			bans = append(bans, Ban{target, record.Reason, time.Unix(int64(record.Expires), 0)})
		}
	}
	for id, record := range b.peers {
		add(id.String(), record)
	}
	for prefix, record := range b.nets {
		add(prefix.String(), record)
	}
	slices.SortFunc(bans, func(x, y Ban) int {
		return cmp.Or(x.Expires.Compare(y.Expires), cmp.Compare(x.Target, y.Target))
	})
	return bans
}

// tidy removes what is to be forgotten.
func (b *banList) tidy() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit := uint64(b.now().Add(-banMemory).Unix())
	var old []subject
	for id, record := range b.peers {
		if record.Expires < limit {
			old = append(old, subject{id: id})
		}
	}
	for prefix, record := range b.nets {
		if record.Expires < limit {
			old = append(old, subject{net: prefix})
		}
	}
	var faults []error
	for _, s := range old {
		faults = append(faults, b.drop(s))
	}
	return errors.Join(faults...)
}
