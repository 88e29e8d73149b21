package discovery

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/sirupsen/logrus"
)

const (
	// scanInterval is how often the table is looked through for nodes that have
	// answered since, and the fork id is compared with the record's.
	scanInterval = time.Second
	// Searches are this far apart. The pause grows by half as long as nothing new
	// turns up: each costs a request to every node of a small network.
	searchSoon, searchLate = time.Second, 30 * time.Second

	// searchWidth is how many nodes are asked in one search. They name at most 16
	// nodes each, which are then asked themselves, all at once.
	searchWidth = 3
	// buckets is the number of log distances at which discv5 keeps nodes.
	buckets = 17

	// again is after how long a node that is still there is handed on once more.
	// The dialler has its own back-off.
	again = time.Minute
	// silentFor is how long a node that did not answer is not asked again. It is
	// short, since two nodes that ask each other for the first time at the same
	// moment get no answer either: their handshakes overwrite each other's keys.
	silentFor = 2 * time.Second
	// refusedFor is how long the record of a node of another network is not
	// looked at.
	refusedFor = 5 * time.Minute
	// seenSize bounds what is remembered of nodes; a full table has 272.
	seenSize = 4096
)

// The sources of candidates.
const (
	SourceDiscV5 = "discv5"
	SourceMDNS   = "mdns"
)

// Candidate is a node of this chain that somebody may dial.
type Candidate struct {
	Info   peer.AddrInfo
	Node   *enode.Node // its record; nil if it was found through mDNS
	Source string      // SourceDiscV5 or SourceMDNS
}

// run is the main loop: it searches, and hands on what is found.
func (s *Service) run() {
	scan := time.NewTicker(scanInterval)
	defer scan.Stop()
	search := time.NewTimer(0)
	defer search.Stop()
	pause := searchSoon
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-scan.C:
			s.updateEntry()
			if s.offerLive() { // whoever is new may know more
				pause = searchSoon
			}
		case <-s.poke:
			pause = searchSoon
			search.Reset(0)
		case <-search.C:
			if s.search() {
				pause = searchSoon
			} else {
				pause = min(pause*3/2, searchLate)
			}
			search.Reset(jitter(pause))
		}
	}
}

// jitter keeps nodes that were started together from searching together.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d)
}

// updateEntry brings the record up to date with the fork id.
func (s *Service) updateEntry() {
	own, err := s.cfg.Network.current()
	if err != nil {
		s.cfg.Log.WithField("err", err).Error("Node record keeps an old fork id")
		return
	}
	s.local.Set(own) // does nothing if it is the same
}

// admit asks the nodes that were added for their records, until Stop.
func (s *Service) admit() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case node := <-s.added:
			if _, ok := s.confirm(node); ok {
				select {
				case s.poke <- struct{}{}:
				default:
				}
			}
		}
	}
}

// confirm asks a node for its record. One that answers joins the table.
func (s *Service) confirm(node *enode.Node) (*enode.Node, bool) {
	if node.ID() == s.local.ID() {
		return nil, false
	}
	if _, ok := node.UDPEndpoint(); !ok {
		return nil, false
	}
	fresh, err := s.udp.RequestENR(node)
	if err != nil {
		return nil, false
	}
	s.udp.AddKnownNode(fresh)
	return fresh, true
}

// search asks a few nodes whom they know, and reports whether that brought a
// candidate.
func (s *Service) search() (found bool) {
	live := s.live()
	if len(live) == 0 {
		for _, node := range s.cfg.Bootnodes {
			s.AddNode(node)
		}
	}
	rand.Shuffle(len(live), func(i, j int) { live[i], live[j] = live[j], live[i] })
	named := s.ask(live[:min(len(live), searchWidth)])
	for _, node := range s.confirmAll(named) {
		found = s.offer(node) || found
	}
	return found
}

// ask asks nodes for whom they know, each for a random part of its table. (The
// lookups of discv5 look for nodes at a place in its key space; they would miss
// some of a small network for a long time.) It returns those that are worth a
// question of their own.
func (s *Service) ask(nodes []*enode.Node) []*enode.Node {
	var (
		mu    sync.Mutex
		named = make(map[enode.ID]*enode.Node)
		asked sync.WaitGroup
	)
	for _, node := range nodes {
		asked.Go(func() {
			answer, _ := s.udp.Findnode(node, distances()) // may be a part, with an error
			mu.Lock()
			defer mu.Unlock()
			for _, node := range answer {
				named[node.ID()] = node
			}
		})
	}
	asked.Wait()
	var worthy []*enode.Node
	for _, node := range named {
		if _, ok := s.judge(node); ok {
			worthy = append(worthy, node)
		}
	}
	return worthy
}

// distances returns the log distances at which nodes have others in their
// tables, in random order: an answer has 16 nodes at most.
func distances() []uint {
	all := make([]uint, 0, buckets)
	for d := range uint(buckets) {
		all = append(all, 256-d)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// confirmAll asks nodes that others have named, and maybe made up, for their
// records. It returns the records of those who answer.
func (s *Service) confirmAll(nodes []*enode.Node) []*enode.Node {
	var (
		answers = make([]*enode.Node, len(nodes))
		asked   sync.WaitGroup
	)
	for i, node := range nodes {
		asked.Go(func() { answers[i], _ = s.confirm(node) })
	}
	asked.Wait()
	var confirmed []*enode.Node
	for i, answer := range answers {
		if answer == nil {
			s.refuse(nodes[i], errSilent)
		} else {
			confirmed = append(confirmed, answer)
		}
	}
	return confirmed
}

// offerLive hands on the nodes of the table that have answered. It reports
// whether there was a new one.
func (s *Service) offerLive() (found bool) {
	for _, node := range s.live() {
		found = s.offer(node) || found
	}
	return found
}

// live returns the nodes of the table that have answered.
func (s *Service) live() (nodes []*enode.Node) {
	for _, bucket := range s.udp.Nodes() {
		for _, node := range bucket {
			if node.Live {
				nodes = append(nodes, node.Node)
			}
		}
	}
	return nodes
}

// offer hands a node on, if it is fit and it is its turn.
func (s *Service) offer(node *enode.Node) bool {
	info, ok := s.judge(node)
	if !ok || !s.deliver(Candidate{Info: info, Node: node, Source: SourceDiscV5}) {
		return false // if only the queue is full, the next scan tries again
	}
	s.seen.Add(node.ID(), time.Now().Add(again))
	return true
}

// deliver queues a candidate, unless too many came lately.
func (s *Service) deliver(c Candidate) bool {
	if len(s.candidates) == cap(s.candidates) || !s.pace.Allow() {
		return false
	}
	select {
	case s.candidates <- c:
		s.metrics.candidates.WithLabelValues(c.Source).Inc()
		return true
	default:
		return false
	}
}

// judge returns a node's addresses if it is worth a connection and was not seen
// a moment ago.
func (s *Service) judge(node *enode.Node) (peer.AddrInfo, bool) {
	if until, ok := s.seen.Get(node.ID()); ok && time.Now().Before(until) {
		return peer.AddrInfo{}, false
	}
	s.metrics.records.Inc()
	info, err := s.examine(node)
	if err != nil {
		s.refuse(node, err)
		return peer.AddrInfo{}, false
	}
	return info, true
}

func (s *Service) examine(node *enode.Node) (peer.AddrInfo, error) {
	if node.ID() == s.local.ID() {
		return peer.AddrInfo{}, errSelf
	}
	if err := s.cfg.Network.check(node); err != nil {
		return peer.AddrInfo{}, err
	}
	info, err := NodeToAddrInfo(node)
	if err != nil {
		return peer.AddrInfo{}, err
	}
	return info, s.wanted(info)
}

func (s *Service) wanted(info peer.AddrInfo) error {
	if s.cfg.Accept == nil {
		return nil
	}
	if err := s.cfg.Accept(info); err != nil {
		return fmt.Errorf("%w: %w", errUnwanted, err)
	}
	return nil
}

// refuse counts a node that is no candidate and leaves it alone for a while.
func (s *Service) refuse(node *enode.Node, err error) {
	why := reason(err)
	s.metrics.refused.WithLabelValues(why).Inc()
	s.cfg.Log.WithFields(logrus.Fields{"node": node.ID(), "addr": node.IPAddr(), "err": err}).Debug("Node refused")
	pause := refusedFor
	switch why {
	case errSilent.reason:
		pause = silentFor
	case errUnwanted.reason:
		pause = again
	}
	s.seen.Add(node.ID(), time.Now().Add(pause))
}
