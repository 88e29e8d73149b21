package pow

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestSealRoundTrip(t *testing.T) {
	for _, c := range []struct {
		seal Seal
		want string
	}{
		{Seal{Target: 0x1d00ffff, Nonce: 1}, "1d00ffff" + "0000000000000001"},
		{Seal{Vanity: []byte("vanity"), Target: MaxCompact, Nonce: 0x0123456789abcdef}, "76616e697479" + "2100ffff" + "0123456789abcdef"},
		{Seal{Vanity: bytes.Repeat([]byte{0xff}, MaxVanity), Target: MinCompact}, "ffffffffffffffffffffffffffffffffffffffff" + "01010000" + "0000000000000000"},
	} {
		encoded := c.seal.Encode()
		if want := common.FromHex(c.want); !bytes.Equal(encoded, want) {
			t.Errorf("%+v: encoded as %x, want %x", c.seal, encoded, want)
		}
		have, err := ParseSeal(encoded)
		if err != nil {
			t.Errorf("%x: %v", encoded, err)
		}
		if !bytes.Equal(have.Vanity, c.seal.Vanity) || have.Target != c.seal.Target || have.Nonce != c.seal.Nonce {
			t.Errorf("%x: read as %+v, want %+v", encoded, have, c.seal)
		}
	}
}

func TestParseSealRefuses(t *testing.T) {
	valid := Seal{Vanity: make([]byte, MaxVanity), Target: 0x1d00ffff}.Encode()
	if len(valid) != 32 {
		t.Fatalf("the longest seal has %d bytes, want 32", len(valid))
	}
	for _, extra := range [][]byte{nil, valid[:11], append(valid, 0)} {
		if _, err := ParseSeal(extra); !errors.Is(err, ErrExtra) {
			t.Errorf("%d bytes: error %v, want ErrExtra", len(extra), err)
		}
	}
	for _, target := range []Compact{0, 0x1d8000ff, 0x1d0000ff, 0x22008000} {
		if _, err := ParseSeal(Seal{Target: target}.Encode()); !errors.Is(err, ErrTarget) {
			t.Errorf("target %v: error %v, want ErrTarget", target, err)
		}
	}
}

// TestParseSealVanityIsCapped: appending to the vanity must not write into the
// header's target.
func TestParseSealVanityIsCapped(t *testing.T) {
	extra := Seal{Vanity: []byte{1, 2}, Target: 0x1d00ffff}.Encode()
	seal, err := ParseSeal(extra)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(seal.Vanity, 0xee)
	if again, _ := ParseSeal(extra); again.Target != seal.Target {
		t.Error("the target was overwritten")
	}
}
