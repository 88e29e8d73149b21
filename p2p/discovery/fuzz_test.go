package discovery

import (
	"testing"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
)

// Whatever text is parsed names a peer, or a place to ask, and is kept.
func FuzzParseTarget(f *testing.F) {
	for _, text := range []string{
		"boot", "boot:30303", "10.0.0.5", "[::1]:30303", "::1", "/dnsaddr/boot", "enode://ab@1.2.3.4:5", "enr:-",
		"/ip4/10.0.0.5/tcp/30303/p2p/" + somePeer, "/dns4/boot/udp/1/quic-v1/p2p/" + somePeer, somePeer, "[", "]:", ":1", "%",
		newService(f, testConfig(f)).Self().String(),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		if target.String() != text {
			t.Errorf("%q became %q", text, target)
		}
		ways := 0
		for _, set := range []bool{target.node != nil, target.addr != nil, target.host != ""} {
			if set {
				ways++
			}
		}
		if ways != 1 || target.host != "" && target.port == 0 || target.node != nil && len(target.info.Addrs) == 0 {
			t.Errorf("%q became %+v", text, target)
		}
		target.ID()
	})
}

// Our entry is read from anything that a signed record can hold, and what is
// read is within its bounds.
func FuzzEntry(f *testing.F) {
	own, err := network(genesisA, 1).current()
	if err != nil {
		f.Fatal(err)
	}
	valid, err := rlp.EncodeToBytes(own)
	if err != nil {
		f.Fatal(err)
	}
	key := newKey(f)
	for _, data := range [][]byte{valid, {0xc0}, {0x80}, {0xc1, 0x80}, valid[:len(valid)-1]} {
		f.Add(data)
	}
	n := network(genesisA, 1)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, rest, err := rlp.Split(data); err != nil || len(rest) > 0 {
			return // no record has it
		}
		var r enr.Record
		r.Set(enr.WithEntry(entryKey, rlp.RawValue(data)))
		if err := enode.SignV4(&r, key); err != nil {
			return // too long
		}
		node, err := enode.New(enode.ValidSchemes, &r)
		if err != nil {
			return
		}
		e, err := loadEntry(node.Record())
		if err == nil && len(e.ForkID) > maxForkID {
			t.Errorf("fork id of %d bytes", len(e.ForkID))
		}
		if n.check(node) == nil && (err != nil || e.Genesis != genesisA) {
			t.Errorf("accepted %x", data)
		}
	})
}

// Records of strangers become addresses to dial, or errors.
func FuzzNodeToAddrInfo(f *testing.F) {
	key := newKey(f)
	f.Add([]byte{10, 0, 0, 5}, []byte{}, uint16(1), uint16(2), uint16(0), uint16(0))
	f.Add([]byte{}, make([]byte, 16), uint16(1), uint16(2), uint16(3), uint16(4))
	f.Add([]byte{224, 0, 0, 1}, []byte{1}, uint16(1), uint16(2), uint16(3), uint16(4))
	f.Fuzz(func(t *testing.T, ip4, ip6 []byte, tcp, quic, tcp6, quic6 uint16) {
		var r enr.Record
		r.Set(enr.WithEntry("ip", ip4))
		r.Set(enr.WithEntry("ip6", ip6))
		r.Set(enr.TCP(tcp))
		r.Set(enr.QUIC(quic))
		r.Set(enr.TCP6(tcp6))
		r.Set(enr.QUIC6(quic6))
		if err := enode.SignV4(&r, key); err != nil {
			return
		}
		node, err := enode.New(enode.ValidSchemes, &r)
		if err != nil {
			return
		}
		info, err := NodeToAddrInfo(node)
		if (err == nil) != (len(info.Addrs) > 0) || err == nil && info.ID.Validate() != nil {
			t.Errorf("got %v, %v", info, err)
		}
	})
}
