package p2p_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

var echo = nodep2p.Protocol{
	ID: "/test/echo/1", MaxRequest: 1 << 20, MaxResponse: 1 << 20,
	Timeout: 5 * time.Second, PerPeer: 4, Rate: 100, Burst: 100,
}

func TestRequest(t *testing.T) {
	a, b := startNode(t), startNode(t)
	err := b.Handle(echo, func(_ context.Context, from peer.ID, request []byte) ([]byte, error) {
		if from != a.Self().ID {
			t.Errorf("request from %s", from)
		}
		return request, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range b.Self().Addrs { // TCP, QUIC
		if err := tryConnect(t, a, addr); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, 1000, 1 << 20} {
			request := bytes.Repeat([]byte{7}, size)
			response, err := a.Request(t.Context(), b.Self().ID, echo, request)
			if err != nil || !bytes.Equal(response, request) {
				t.Errorf("%d bytes to %s: %d bytes back, error %v", size, addr, len(response), err)
			}
		}
		a.Disconnect(b.Self().ID, "test")
		await(t, "disconnection", func() bool { return a.Count() == 0 && b.Count() == 0 })
	}
}

func handleEcho(t *testing.T, s *nodep2p.Service, p nodep2p.Protocol, handler nodep2p.Handler) {
	t.Helper()
	if handler == nil {
		handler = func(_ context.Context, _ peer.ID, request []byte) ([]byte, error) { return request, nil }
	}
	if err := s.Handle(p, handler); err != nil {
		t.Fatal(err)
	}
}

func TestRequestErrors(t *testing.T) {
	a, b := startNode(t), startNode(t)
	slow := echo
	slow.ID, slow.Timeout = "/test/slow/1", 200*time.Millisecond
	handleEcho(t, b, slow, func(ctx context.Context, _ peer.ID, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	handleEcho(t, b, echo, func(_ context.Context, _ peer.ID, request []byte) ([]byte, error) {
		switch string(request) {
		case "refuse":
			return nil, nodep2p.Refuse("no %s today", "blocks")
		case "secret":
			return nil, errors.New("open /home/me/key")
		case "blame":
			return nil, nodep2p.Blame(nodep2p.Malformed, errors.New("what is that"))
		default:
			return make([]byte, echo.MaxResponse+1), nil
		}
	})
	id := b.Self().ID
	if _, err := a.Request(t.Context(), id, echo, nil); !errors.Is(err, nodep2p.ErrNotConnected) {
		t.Errorf("not connected: %v", err)
	}
	connect(t, a, b)
	if _, err := a.Request(t.Context(), id, echo, make([]byte, echo.MaxRequest+1)); !errors.Is(err, nodep2p.ErrTooLarge) {
		t.Errorf("large request: %v", err)
	}
	unserved := echo
	unserved.ID = "/test/none/1"
	if _, err := a.Request(t.Context(), id, unserved, nil); !errors.Is(err, nodep2p.ErrNotServed) {
		t.Errorf("not served: %v", err)
	}
	for request, want := range map[string]string{"refuse": "no blocks today", "secret": "internal error", "blame": "internal error", "large": "internal error"} {
		_, err := a.Request(t.Context(), id, echo, []byte(request))
		if remote, ok := errors.AsType[*nodep2p.RemoteError](err); !ok || remote.Text != want || remote.Busy() {
			t.Errorf("%s: %v", request, err)
		}
	}
	if _, err := a.Request(t.Context(), id, slow, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("slow: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := a.Request(cancelled, id, slow, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if peers := b.Peers(); len(peers) != 1 || peers[0].Score > -33 || peers[0].Score < -35 {
		t.Errorf("after one malformed message: %+v", peers)
	}
	if peers := a.Peers(); len(peers) != 1 || peers[0].Score > -7 || peers[0].Score < -9 {
		t.Errorf("after one time-out: %+v", peers)
	}
}

// However many requests are made at once, the peer is not flooded.
func TestRequestsKeepToTheLimits(t *testing.T) {
	a, b := startNode(t), startNode(t)
	p := echo
	p.PerPeer, p.Rate, p.Burst = 2, 200, 10
	var mu sync.Mutex
	var running, most int
	handleEcho(t, b, p, func(_ context.Context, _ peer.ID, request []byte) ([]byte, error) {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		defer func() {
			mu.Lock()
			running--
			mu.Unlock()
		}()
		return request, nil
	})
	connect(t, a, b)
	var requests sync.WaitGroup
	for range 100 {
		requests.Go(func() {
			if _, err := a.Request(t.Context(), b.Self().ID, p, []byte("x")); err != nil {
				t.Error(err)
			}
		})
	}
	requests.Wait()
	if most > p.PerPeer {
		t.Errorf("%d requests served at once", most)
	}
	if peers := b.Peers(); len(peers) != 1 || peers[0].Score != 0 {
		t.Errorf("blamed: %+v", peers)
	}
}

func frame(length int, data []byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(length)), data...)
}

// What a peer can do wrong with a request, on every protocol.
func TestBadRequests(t *testing.T) {
	faults := map[string]func(stranger, *nodep2p.Service, nodep2p.Protocol){
		"endless length": func(s stranger, node *nodep2p.Service, p nodep2p.Protocol) {
			s.send(node, p.ID, bytes.Repeat([]byte{0xff}, 20))
		},
		"huge message": func(s stranger, node *nodep2p.Service, p nodep2p.Protocol) {
			s.send(node, p.ID, frame(1<<30, make([]byte, 1<<16)))
		},
		"half a message": func(s stranger, node *nodep2p.Service, p nodep2p.Protocol) {
			if stream, err := s.send(node, p.ID, frame(100, []byte("half"))); err == nil {
				stream.CloseWrite()
			}
		},
		"nothing at all": func(s stranger, node *nodep2p.Service, p nodep2p.Protocol) {
			if stream, err := s.send(node, p.ID, nil); err == nil {
				stream.CloseWrite()
			}
		},
		"flood": func(s stranger, node *nodep2p.Service, p nodep2p.Protocol) {
			for range 50 {
				s.send(node, p.ID, frame(1, []byte("x")))
			}
		},
	}
	enr := nodep2p.Protocol{ID: "/monolith/enr/1"}
	faulty := map[string]bool{"endless length": true, "huge message": true, "half a message": true}
	for name, fault := range faults {
		for _, p := range []nodep2p.Protocol{echo, enr, {ID: "/monolith/goodbye/1"}} {
			if p.ID != echo.ID && !faulty[name] {
				continue
			}
			t.Run(name+strings.ReplaceAll(string(p.ID), "/", " "), func(t *testing.T) {
				t.Parallel()
				node, honest := startNode(t), startNode(t)
				slower := echo
				slower.Rate = 10
				handleEcho(t, node, slower, nil)
				connect(t, honest, node)
				evil := newStranger(t)
				evil.join(node)
				evil.bother(node, func() { fault(evil, node, p) })
				if _, err := honest.Request(t.Context(), node.Self().ID, echo, []byte("still there?")); err != nil {
					t.Errorf("honest peer: %v", err)
				}
				if err := evil.dial(node); err == nil && node.Connected(evil.ID()) {
					t.Error("banned peer is back")
				}
			})
		}
	}
}

// Garbage that is a well-formed request of the wrong content.
func TestForeignENR(t *testing.T) {
	node, evil := startNode(t), newStranger(t)
	evil.join(node)
	evil.bother(node, func() { evil.send(node, "/monolith/enr/1", frame(3, []byte{0xc2, 1, 2})) })
}

// A peer that opens streams and says nothing takes only its own places, and
// gives them back when time is up.
func TestStalledRequests(t *testing.T) {
	node, honest, evil := startNode(t), startNode(t), newStranger(t)
	p := echo
	p.Timeout = 300 * time.Millisecond
	handleEcho(t, node, p, nil)
	connect(t, honest, node)
	evil.join(node)
	var streams []network.Stream
	for range 2 * p.PerPeer {
		stream, err := evil.send(node, p.ID, []byte{5})
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, stream)
	}
	if _, err := honest.Request(t.Context(), node.Self().ID, p, []byte("x")); err != nil {
		t.Errorf("honest peer: %v", err)
	}
	for _, stream := range streams { // each is ended
		stream.SetReadDeadline(time.Now().Add(patience))
		var one [1]byte
		if _, err := stream.Read(one[:]); err == nil {
			t.Error("answer to no question")
		}
	}
	if isBanned(node, evil.ID()) {
		t.Error("banned for being slow")
	}
}

// What a peer can do wrong with an answer.
func TestBadResponses(t *testing.T) {
	short := echo
	short.MaxResponse, short.Timeout = 100, 500*time.Millisecond
	for name, test := range map[string]struct {
		answer []byte
		silent bool // keeps the stream open
		bans   bool
		err    error
	}{
		"too large":       {answer: append([]byte{0}, frame(101, make([]byte, 101))...), bans: true, err: nodep2p.ErrTooLarge},
		"unknown code":    {answer: []byte{9, 0}, bans: true},
		"endless length":  {answer: append([]byte{0}, bytes.Repeat([]byte{0xff}, 20)...), bans: true},
		"half an answer":  {answer: append([]byte{0}, frame(50, []byte("half"))...), bans: true},
		"half and silent": {answer: append([]byte{0}, frame(50, []byte("half"))...), silent: true, err: context.DeadlineExceeded},
		"silence":         {silent: true, err: context.DeadlineExceeded},
		"long refusal":    {answer: append([]byte{1}, frame(5000, make([]byte, 5000))...), bans: true, err: nodep2p.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node, evil := startNode(t), newStranger(t)
			evil.SetStreamHandler(short.ID, func(s network.Stream) {
				s.Write(test.answer)
				if !test.silent {
					s.Close()
				}
			})
			evil.join(node)
			for range 4 {
				_, err := node.Request(t.Context(), evil.ID(), short, []byte("x"))
				if err == nil {
					t.Fatal("no error")
				}
				if test.err != nil && !errors.Is(err, test.err) && !isBanned(node, evil.ID()) {
					t.Errorf("error %v, want %v", err, test.err)
				}
			}
			if got := isBanned(node, evil.ID()); got != test.bans {
				t.Errorf("banned: %v, want %v", got, test.bans)
			}
		})
	}
}
