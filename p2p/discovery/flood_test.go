package discovery

import (
	"crypto/rand"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/mclock"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/discover/v5wire"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
)

const fakes = 10_000

// fabricate signs records of nodes that do not exist but look like ours.
var fabricate = sync.OnceValue(func() []*enode.Node {
	own, err := network(genesisA, 1).current()
	if err != nil {
		panic(err)
	}
	nodes := make([]*enode.Node, fakes)
	var work sync.WaitGroup
	for i := range nodes {
		work.Go(func() {
			key, err := crypto.GenerateKey()
			if err != nil {
				panic(err)
			}
			var r enr.Record
			r.Set(own)
			r.Set(enr.IPv4Addr(netip.AddrFrom4([4]byte{127, 9, byte(i >> 8), byte(i)})))
			r.Set(enr.UDP(20000))
			r.Set(enr.TCP(20000))
			if err := enode.SignV4(&r, key); err != nil {
				panic(err)
			}
			if nodes[i], err = enode.New(enode.ValidSchemes, &r); err != nil {
				panic(err)
			}
		})
	}
	work.Wait()
	return nodes
})

// liar is a discv5 node that answers every question for others with records it
// made up.
type liar struct {
	conn  *net.UDPConn
	local *enode.LocalNode
	codec *v5wire.Codec
	lies  map[uint][]*enr.Record // by distance from the liar
	told  atomic.Int64
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		t.Fatal(err)
	}
	db, err := enode.OpenDB("")
	if err != nil {
		t.Fatal(err)
	}
	key, id := newKey(t), [6]byte([]byte(protocolID))
	l := &liar{conn: conn, local: enode.NewLocalNode(db, key), lies: make(map[uint][]*enr.Record)}
	l.local.SetStaticIP(loopback.AsSlice())
	l.local.SetFallbackUDP(int(localAddr(conn).Port()))
	l.codec = v5wire.NewCodec(l.local, key, mclock.System{}, &id)
	for _, node := range fabricate() {
		d := uint(enode.LogDist(l.local.ID(), node.ID()))
		l.lies[d] = append(l.lies[d], node.Record())
	}
	var loop sync.WaitGroup
	loop.Go(l.run)
	t.Cleanup(func() {
		_ = conn.Close()
		loop.Wait()
		db.Close()
	})
	return l
}

func (l *liar) run() {
	buf := make([]byte, maxPacket)
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		id, _, packet, err := l.codec.Decode(buf[:n], from.String())
		if err != nil {
			continue
		}
		send := func(answer v5wire.Packet) {
			if enc, _, err := l.codec.Encode(id, from.String(), answer, nil); err == nil {
				_, _ = l.conn.WriteToUDPAddrPort(enc, from)
			}
		}
		switch p := packet.(type) {
		case *v5wire.Unknown:
			challenge := &v5wire.Whoareyou{Nonce: p.Nonce}
			_, _ = rand.Read(challenge.IDNonce[:])
			send(challenge)
		case *v5wire.Ping:
			send(&v5wire.Pong{ReqID: p.ReqID, ENRSeq: l.local.Node().Seq(), ToIP: from.Addr().AsSlice(), ToPort: from.Port()})
		case *v5wire.Findnode:
			records := []*enr.Record{l.local.Node().Record()}
			if !slices.Equal(p.Distances, []uint{0}) {
				records = l.lie(p.Distances)
			}
			for answer := range slices.Chunk(records, 4) {
				send(&v5wire.Nodes{ReqID: p.ReqID, RespCount: uint8((len(records) + 3) / 4), Nodes: answer})
			}
		}
	}
}

// lie returns records that were not told before, as long as there are any.
func (l *liar) lie(distances []uint) (records []*enr.Record) {
	l.told.Add(1)
	for _, d := range distances {
		n := min(len(l.lies[d]), 16-len(records))
		records = append(records, l.lies[d][:n]...)
		l.lies[d] = l.lies[d][n:]
	}
	return records
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// Ten thousand nodes that do not exist, named by a liar and added as if by
// peers, are no candidates, take little memory and few goroutines, and do not
// hide those who exist.
func TestFakePeers(t *testing.T) {
	liar, honest := newLiar(t), run(t, testConfig(t))
	friend := run(t, testConfig(t, honest.Self()))
	collect(t, honest, friend)
	memory, goroutines := heap(), runtime.NumGoroutine()

	s := run(t, testConfig(t, liar.local.Node(), honest.Self()))
	for _, node := range fabricate() {
		s.AddNode(node)
	}
	if dropped := counter(t, s, "dropped_total", ""); dropped < fakes-2*admitQueue {
		t.Errorf("only %d of %d added records dropped", dropped, fakes)
	}
	found := collect(t, s, honest, friend)
	most := 0
	await(t, "some lies", func() bool {
		most = max(most, runtime.NumGoroutine())
		select {
		case c := <-s.Candidates():
			found[c.Node.ID()] = c
		default:
		}
		return liar.told.Load() >= 3 && counter(t, s, "refused_total", "silent") > 0
	})
	for id := range found {
		if id != honest.Self().ID() && id != friend.Self().ID() {
			t.Errorf("candidate %s does not exist", id)
		}
	}
	known, live := s.Table()
	grown := int64(heap()) - int64(memory)
	t.Logf("table %d, live %d, %d silent, heap %+d KiB, at most %d more goroutines", known, live,
		counter(t, s, "refused_total", "silent"), grown/1024, most-goroutines)
	if live > 3 || known > 16*buckets {
		t.Errorf("table has %d nodes, %d of them live", known, live)
	}
	if grown > 8<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	if more := most - goroutines; more > 200 {
		t.Errorf("%d more goroutines", more)
	}
}

// Even of nodes that do answer only so many are handed on.
func TestCandidatesAreBounded(t *testing.T) {
	s := newService(t, testConfig(t)) // not started: the test is its main loop
	began := time.Now()
	for _, node := range fabricate() {
		s.offer(node)
	}
	most := candidateBurst + int(candidateRate*time.Since(began).Seconds()) + 1
	if n := len(s.Candidates()); n < candidateBurst || n > min(most, candidateQueue) {
		t.Errorf("%d candidates, at most %d allowed", n, most)
	}
	for len(s.Candidates()) > 0 {
		if c := <-s.Candidates(); s.offer(c.Node) {
			t.Error("the same node again")
		}
	}
	for _, node := range fabricate() {
		s.refuse(node, errFork)
	}
	if n := s.seen.Len(); n != seenSize {
		t.Errorf("%d nodes remembered", n)
	}
}
