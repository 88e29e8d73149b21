package pow

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// bitcoinTarget reads a compact form as Bitcoin's SetCompact does, for every
// form without the sign bit, and is written without any of the package's code.
func bitcoinTarget(c uint32) *big.Int {
	mantissa, exponent := big.NewInt(int64(c&0x7fffff)), int(c>>24)
	if exponent <= 3 {
		return mantissa.Rsh(mantissa, uint(8*(3-exponent)))
	}
	return mantissa.Lsh(mantissa, uint(8*(exponent-3)))
}

// bitcoinCompact writes a target as Bitcoin's GetCompact does.
func bitcoinCompact(target *big.Int) uint32 {
	size := (target.BitLen() + 7) / 8
	var mantissa uint64
	if size <= 3 {
		mantissa = target.Uint64() << (8 * (3 - size))
	} else {
		mantissa = new(big.Int).Rsh(target, uint(8*(size-3))).Uint64()
	}
	if mantissa&0x800000 != 0 {
		mantissa >>= 8
		size++
	}
	return uint32(size)<<24 | uint32(mantissa)
}

func hexInt(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic("not hexadecimal: " + s)
	}
	return n
}

func TestCompactVectors(t *testing.T) {
	for _, v := range []struct {
		compact Compact
		target  string
	}{
		{MinCompact, "1"},
		{0x017f0000, "7f"},
		{0x02008000, "80"}, // 0x80 would set the sign bit
		{0x02123400, "1234"},
		{0x03123456, "123456"},
		{0x04123456, "12345600"},
		{0x05009234, "92340000"},
		{0x1b0404cb, "404cb" + zeros(48)}, // the example of Bitcoin's wiki
		{0x1d00ffff, "ffff" + zeros(52)},  // Bitcoin's genesis block
		{0x20123456, "123456" + zeros(58)},
		{0x207fffff, "7fffff" + zeros(58)}, // Bitcoin's regression test mode
		{0x21008000, "8" + zeros(63)},
		{MaxCompact, "ffff" + zeros(60)},
	} {
		if err := v.compact.Validate(); err != nil {
			t.Errorf("%v: %v", v.compact, err)
		}
		want := hexInt(v.target)
		if have := v.compact.Target(); have.Cmp(want) != 0 {
			t.Errorf("%v: target %x, want %x", v.compact, have, want)
		}
		if have := NewCompact(want); have != v.compact {
			t.Errorf("compact of %x: %v, want %v", want, have, v.compact)
		}
	}
}

func zeros(n int) string { return strings.Repeat("0", n) }

func TestCompactInvalid(t *testing.T) {
	for name, compacts := range map[string][]Compact{
		"zero":          {0, 0x01000000, 0x20000000, 0xff000000},
		"negative":      {0x01fedcba, 0x04923456, 0x1d80ffff, 0x00800000, 0x20ffffff},
		"not canonical": {0x01123456, 0x01008000, 0x02123456, 0x00123456, 0x04001234, 0x1e0000ff, 0x21007fff},
		"above 2^256":   {0x21010000, 0x22008000, 0x23123456, 0xff123456},
	} {
		for _, c := range compacts {
			if err := c.Validate(); !errors.Is(err, ErrTarget) {
				t.Errorf("%s: %v: error %v, want ErrTarget", name, c, err)
			}
			if have := c.Target(); have.Sign() != 0 {
				t.Errorf("%s: %v: target %x, want 0", name, c, have)
			}
			if have := Work(c); have.Sign() != 0 {
				t.Errorf("%s: %v: work %v, want 0", name, c, have)
			}
			if c.MetBy(common.Hash{}) {
				t.Errorf("%s: %v: met by the zero hash", name, c)
			}
		}
	}
}

func TestNewCompactRoundsDown(t *testing.T) {
	for _, v := range []struct {
		target string
		want   Compact
	}{
		{"0", 0},
		{"123456ff", 0x04123456},
		{"7fffffff", 0x047fffff},
		{"80000000", 0x05008000},
		{"8000ff00", 0x05008000},
		{"ffffffffffffffff", 0x0900ffff}, // 64 bits: no big number's low part is dropped
		{"1ffffffffffffffff", 0x0901ffff},
		{maxUint256.Text(16), MaxCompact},
		{"1" + zeros(64), MaxCompact}, // 2^256
	} {
		if have := NewCompact(hexInt(v.target)); have != v.want {
			t.Errorf("compact of %s: %v, want %v", v.target, have, v.want)
		}
	}
	if have := NewCompact(big.NewInt(-5)); have != 0 {
		t.Errorf("compact of -5: %v, want 0", have)
	}
}

func TestMetBy(t *testing.T) {
	c := Compact(0x1d00ffff)
	target := common.BigToHash(c.Target())
	above := common.BigToHash(new(big.Int).Add(c.Target(), common.Big1))
	if !c.MetBy(target) || !c.MetBy(common.Hash{}) {
		t.Error("a hash at the target, or below it, is not a proof")
	}
	if c.MetBy(above) {
		t.Error("a hash above the target is a proof")
	}
	if MaxCompact.MetBy(common.HexToHash("0xffff" + zeros(59) + "1")) {
		t.Error("the easiest target is met by all hashes, though it is rounded down")
	}
}

func TestWork(t *testing.T) {
	for _, v := range []struct {
		compact Compact
		want    string
	}{
		{0x1d00ffff, "100010001"}, // Bitcoin's genesis block
		{MaxCompact, "1"},
		{0x207fffff, "2"},
		{0x21008000, "1"}, // 2^256 / (2^255 + 1)
		{MinCompact, "8" + zeros(63)},
	} {
		if have := Work(v.compact); have.Cmp(hexInt(v.want)) != 0 {
			t.Errorf("work of %v: %x, want %s", v.compact, have, v.want)
		}
	}
}

func FuzzCompactRoundTrip(f *testing.F) {
	for _, c := range []uint32{0, uint32(MinCompact), 0x02008000, 0x03008001, 0x1d00ffff, uint32(MaxCompact), 0x21010000, 0x04923456} {
		f.Add(c, []byte{1, 2, 3})
	}
	f.Add(uint32(0x1d00ffff), maxUint256.Bytes())
	f.Fuzz(func(t *testing.T, form uint32, number []byte) {
		// A form is valid exactly if reading and writing it gives it back.
		c := Compact(form)
		target := bitcoinTarget(form)
		canonical := form&signBit == 0 && target.Sign() > 0 && target.BitLen() <= 256 && bitcoinCompact(target) == form
		if err := c.Validate(); (err == nil) != canonical {
			t.Fatalf("%v: canonical is %v, error %v", c, canonical, err)
		}
		if canonical && (c.Target().Cmp(target) != 0 || NewCompact(target) != c) {
			t.Fatalf("%v: target %x, want %x; back %v", c, c.Target(), target, NewCompact(target))
		}

		// A number is rounded down, by less than a unit of the mantissa.
		n := new(big.Int).SetBytes(number[:min(len(number), 32)])
		if n.Sign() == 0 {
			return
		}
		rounded := NewCompact(n)
		if uint32(rounded) != bitcoinCompact(n) {
			t.Fatalf("compact of %x: %v, want %#x", n, rounded, bitcoinCompact(n))
		}
		if err := rounded.Validate(); err != nil {
			t.Fatalf("compact of %x: %v", n, err)
		}
		unit := new(big.Int).Lsh(common.Big1, uint(8*max(0, int(rounded>>mantissaBits)-3)))
		if lost := new(big.Int).Sub(n, rounded.Target()); lost.Sign() < 0 || lost.Cmp(unit) >= 0 {
			t.Fatalf("compact of %x: %v is not the next form below", n, rounded)
		}
		// The order of forms is that of targets.
		if canonical && (c < rounded) != (target.Cmp(rounded.Target()) < 0) {
			t.Fatalf("%v and %v are ordered unlike their targets", c, rounded)
		}
	})
}
