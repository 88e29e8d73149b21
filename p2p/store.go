package p2p

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/sirupsen/logrus"
)

// Keys in the database: prefix, then what the entry is about.
const (
	peerPrefix = "monolith-p2p-peer-" // peer id
	banPrefix  = "monolith-p2p-ban-"  // peer id or CIDR, as text
)

// storedPeers bounds how many peers are remembered; storedAddrs, how many
// addresses of each.
const (
	storedPeers = 512
	storedAddrs = 8
)

// storedPeer is what is remembered of a peer.
type storedPeer struct {
	Addrs [][]byte // multiaddrs, without the peer id
	ENR   []byte   // its record, RLP; may be empty
	Seen  uint64   // when it was connected last, seconds since 1970
}

// peerStore remembers peers beyond a restart. It holds them all in memory too:
// they are few.
type peerStore struct {
	db    ethdb.KeyValueStore
	mu    sync.Mutex // guards peers, and orders writes
	peers map[peer.ID]storedPeer
}

// loadPeers reads the remembered peers. Entries that cannot be read are removed.
func loadPeers(db ethdb.KeyValueStore, log logrus.FieldLogger) (*peerStore, error) {
	s := &peerStore{db: db, peers: make(map[peer.ID]storedPeer)}
	it := db.NewIterator([]byte(peerPrefix), nil)
	defer it.Release()
	for it.Next() {
		id, record, err := decodeStoredPeer(it.Key()[len(peerPrefix):], it.Value())
		if err != nil {
			log.WithError(err).Warn("Dropping a remembered peer that cannot be read")
			if err := db.Delete(slices.Clone(it.Key())); err != nil {
				return nil, fmt.Errorf("remove remembered peer: %w", err)
			}
			continue
		}
		s.peers[id] = record
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("read remembered peers: %w", err)
	}
	return s, nil
}

func decodeStoredPeer(key, value []byte) (peer.ID, storedPeer, error) {
	id, err := peer.IDFromBytes(key)
	if err != nil {
		return "", storedPeer{}, fmt.Errorf("peer id: %w", err)
	}
	var record storedPeer
	if err := rlp.DecodeBytes(value, &record); err != nil {
		return "", storedPeer{}, fmt.Errorf("peer %s: %w", id, err)
	}
	return id, record, nil
}

// save remembers a peer that is connected. No addresses, or an empty record,
// leave the ones known before.
func (s *peerStore) save(id peer.ID, addrs []ma.Multiaddr, enr []byte, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, known := s.peers[id]
	if len(addrs) > 0 {
		record.Addrs = nil
		for _, addr := range addrs[:min(len(addrs), storedAddrs)] {
			record.Addrs = append(record.Addrs, addr.Bytes())
		}
	}
	if len(enr) > 0 {
		record.ENR = enr
	}
	if len(record.Addrs) == 0 {
		return nil // of no use
	}
	record.Seen = uint64(now.Unix())
	value, err := rlp.EncodeToBytes(&record)
	if err != nil {
		return err
	}
	if !known && len(s.peers) >= storedPeers {
		if err := s.remove(s.oldest()); err != nil {
			return err
		}
	}
	s.peers[id] = record
	return s.db.Put(append([]byte(peerPrefix), id...), value)
}

// forget removes a peer.
func (s *peerStore) forget(id peer.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remove(id)
}

func (s *peerStore) remove(id peer.ID) error {
	if _, known := s.peers[id]; !known {
		return nil
	}
	delete(s.peers, id)
	return s.db.Delete(append([]byte(peerPrefix), id...))
}

func (s *peerStore) oldest() peer.ID {
	var id peer.ID
	oldest := ^uint64(0)
	for candidate, record := range s.peers {
		if record.Seen < oldest {
			id, oldest = candidate, record.Seen
		}
	}
	return id
}

// all returns the remembered peers, the ones seen last first.
func (s *peerStore) all() []rememberedPeer {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]rememberedPeer, 0, len(s.peers))
	for id, record := range s.peers {
		list = append(list, rememberedPeer{id, record})
	}
	slices.SortFunc(list, func(a, b rememberedPeer) int {
		return cmp.Or(cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.id, b.id))
	})
	return list
}

// get returns what is remembered of a peer.
func (s *peerStore) get(id peer.ID) (rememberedPeer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, ok := s.peers[id]
	return rememberedPeer{id, record}, ok
}

// rememberedPeer is a stored peer and its name.
type rememberedPeer struct {
	id peer.ID
	storedPeer
}

// info returns the peer and where it can be dialled.
func (p rememberedPeer) info() peer.AddrInfo {
	info := peer.AddrInfo{ID: p.id}
	for _, raw := range p.Addrs {
		if addr, err := ma.NewMultiaddrBytes(raw); err == nil {
			info.Addrs = append(info.Addrs, addr)
		}
	}
	return info
}

func (p rememberedPeer) seen() time.Time { return time.Unix(int64(p.Seen), 0) }
