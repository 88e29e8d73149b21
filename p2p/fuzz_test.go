package p2p

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// FuzzReadFrame: a frame is what writeFrame writes, and costs no more memory
// than there are bytes.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{3, 'a', 'b', 'c'}, uint16(10))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, uint16(10))
	f.Add([]byte{0x80, 0x00}, uint16(1))
	f.Fuzz(func(t *testing.T, input []byte, limit uint16) {
		r := bufio.NewReader(bytes.NewReader(input))
		data, err := readFrame(r, int(limit))
		if err != nil {
			if !errors.Is(err, ErrTooLarge) && !errors.Is(err, errFraming) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("unknown error %v", err)
			}
			return
		}
		if len(data) > int(limit) {
			t.Errorf("%d bytes, %d allowed", len(data), limit)
		}
		var again bytes.Buffer
		if err := writeFrame(&again, nil, data); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(input, again.Bytes()) {
			t.Errorf("%x is read as %x", input, again.Bytes())
		}
	})
}

// FuzzFrameReader: however the bytes are cut, the same messages end at the same
// places.
func FuzzFrameReader(f *testing.F) {
	f.Add([]byte{3, 'a', 'b', 'c', 0, 1, 'x', 0xff, 0xff, 0xff}, uint8(2))
	f.Fuzz(func(t *testing.T, input []byte, cut uint8) {
		whole, pieces := frameReader{limit: 100}, frameReader{limit: 100}
		ended, fault := whole.advance(input)
		var sum int
		var pieceFault *Misconduct
		for rest := input; len(rest) > 0 && pieceFault == nil; {
			n := min(int(cut)+1, len(rest))
			var more int
			more, pieceFault = pieces.advance(rest[:n])
			sum += more
			rest = rest[n:]
		}
		if ended != sum || (fault == nil) != (pieceFault == nil) || (fault == nil && whole != pieces) {
			t.Errorf("whole: %d %v %+v, in pieces: %d %v %+v", ended, fault, whole, sum, pieceFault, pieces)
		}
	})
}

// FuzzDecodeENR: a record is its owner's, or refused.
func FuzzDecodeENR(f *testing.F) {
	f.Add([]byte{0xc2, 1, 2}, []byte("x"))
	f.Fuzz(func(t *testing.T, enc []byte, owner []byte) {
		node, err := decodeENR(enc, peer.ID(owner))
		if err == nil && !bytes.Equal(encodeENR(node), enc) {
			t.Errorf("%x is read as %x", enc, encodeENR(node))
		}
	})
}

// FuzzConverse: an answer is within its limits, or an error.
func FuzzConverse(f *testing.F) {
	f.Add([]byte{0, 3, 'a', 'b', 'c'})
	f.Add([]byte{1, 2, 'n', 'o'})
	f.Fuzz(func(t *testing.T, input []byte) {
		response, err := readResponse(bufio.NewReader(bytes.NewReader(input)), 100)
		if err == nil && len(response) > 100 {
			t.Errorf("%d bytes", len(response))
		}
		if remote, ok := errors.AsType[*RemoteError](err); ok && len(remote.Text) > maxRefusal*3 {
			t.Errorf("refusal of %d bytes", len(remote.Text))
		}
	})
}

// FuzzStoredPeer: the database may hold anything.
func FuzzStoredPeer(f *testing.F) {
	f.Add([]byte("key"), []byte{0xc3, 0xc0, 0x80, 0x01})
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if id, record, err := decodeStoredPeer(key, value); err == nil {
			rememberedPeer{id, record}.info()
		}
	})
}

// FuzzTargets: what users and peers call things.
func FuzzTargets(f *testing.F) {
	for _, text := range []string{"10.0.0.0/8", "::1", "node.example:1", "[::1]:5", "/ip4/1.2.3.4/tcp/5", "16Uiu2HAm"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := parseAnnouncement(text); err == nil && len(a.multiaddrs(1, 2)) == 0 {
			t.Errorf("announcement %q has no address", text)
		}
		if s, err := parseSubject(text); err == nil {
			if again, err := parseSubject(s.String()); err != nil || again != s {
				t.Errorf("%q is read as %v, then as %v, %v", text, s, again, err)
			}
		}
		_, _ = banTarget(text)
	})
}
