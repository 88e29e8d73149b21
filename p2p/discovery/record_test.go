package discovery

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	gethlog "github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
)

// A record with everything in it, and the longest fork id, is not too long to be
// signed: go-ethereum would panic.
func TestLongestRecord(t *testing.T) {
	cfg := testConfig(t)
	longest, err := rlp.EncodeToBytes([][]byte{bytes.Repeat([]byte{0xff}, maxForkID-4)})
	if err != nil || len(longest) != maxForkID {
		t.Fatalf("%d bytes, %v", len(longest), err)
	}
	cfg.Network.ForkID = func() []byte { return longest }
	cfg.Announce = []netip.Addr{netip.MustParseAddr("198.51.100.200"), netip.MustParseAddr("2a00::ffff:ffff:ffff:ffff")}
	cfg.TCP, cfg.QUIC, cfg.UDP = 65535, 65534, 65533
	s := newService(t, cfg)
	s.local.Set(enr.UDP6(65532)) // what others see of IPv6 may differ
	if size := s.Self().Record().Size(); size > enr.SizeLimit {
		t.Errorf("%d bytes", size)
	} else {
		t.Logf("%d bytes", size)
	}
	e, err := loadEntry(s.Self().Record())
	if err != nil || !bytes.Equal(e.ForkID, longest) {
		t.Errorf("got %v, %v", e, err)
	}
}

// A later version may say more, but not more of what this one reads.
func TestEntryOfOthers(t *testing.T) {
	record := func(value any) *enr.Record {
		var r enr.Record
		r.Set(enr.WithEntry(entryKey, value))
		return &r
	}
	more := []any{genesisA, rlp.RawValue(forkID(1)), "more", []uint{1}}
	if e, err := loadEntry(record(more)); err != nil || e.Genesis != genesisA || !bytes.Equal(e.ForkID, forkID(1)) {
		t.Errorf("got %v, %v", e, err)
	}
	for _, bad := range []any{
		"text",
		[]any{genesisA},
		[]any{genesisA[:31], rlp.RawValue(forkID(1))},
		[]any{genesisA, bytes.Repeat([]byte{1}, maxForkID)},
	} {
		if e, err := loadEntry(record(bad)); err == nil || enr.IsNotFound(err) {
			t.Errorf("%v became %v, %v", bad, e, err)
		}
	}
}

// What discv5 warns of is no warning here.
func TestDiscV5IsQuiet(t *testing.T) {
	root := gethlog.Root()
	t.Cleanup(func() { gethlog.SetDefault(root) })
	var out strings.Builder
	gethlog.SetDefault(gethlog.NewLogger(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log := quiet()
	log.Error("bad packet", "a", 1)
	log.New("b", 2).Warn("bad node")
	log.Debug("good packet")
	log.Trace("every packet")
	for _, want := range []string{`level=INFO msg="bad packet" a=1`, `level=INFO msg="bad node" b=2`, `level=DEBUG msg="good packet"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %s", want, &out)
		}
	}
	if strings.Contains(out.String(), "every") {
		t.Errorf("trace is on: %s", &out)
	}
}
