package pow

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Compact is a target in Bitcoin's "nBits" form: the high byte is an exponent
// e, the low three bytes a mantissa m, and the target is m × 256^(e−3), a
// fraction being dropped when e < 3. The mantissa's top bit is a sign there,
// so m never exceeds 0x7fffff.
//
// A target has one canonical form: the smallest exponent that keeps the sign
// bit clear. Consensus knows only that one. Canonical forms are ordered like
// the targets that they stand for, so two of them are compared as integers.
type Compact uint32

const (
	// MinCompact is the hardest target, 1.
	MinCompact Compact = 0x01010000

	// MaxCompact is the easiest target: 2^256 − 1 rounded down to 16 bits of
	// mantissa, since the sign bit takes the rest. It leaves one hash in 65536
	// that does not meet it, even in development mode: the sealer then takes
	// the next nonce.
	MaxCompact Compact = 0x2100ffff
)

const (
	mantissaBits = 24       // with the sign
	mantissaMask = 0xffffff // with the sign
	signBit      = 0x800000
)

// NewCompact rounds a target down to its canonical compact form. A target
// below 1 gives 0, which is not valid; one above 2^256 − 1 gives MaxCompact.
func NewCompact(target *big.Int) Compact {
	if target.Sign() <= 0 {
		return 0
	}
	bits := target.BitLen()
	if bits > 256 {
		return MaxCompact
	}
	// Only the leading 64 bits can reach the mantissa.
	if bits <= 64 {
		return compactOf(target.Uint64(), 0)
	}
	drop := uint(bits-64+7) / 8 * 8
	return compactOf(new(big.Int).Rsh(target, drop).Uint64(), int(drop/8))
}

// compactOf rounds the target v × 256^scale down to its canonical form. The
// scale may be negative; a target below 1 gives 0.
func compactOf(v uint64, scale int) Compact {
	for ; scale < 0; scale++ {
		v >>= 8
	}
	if v == 0 {
		return 0
	}
	exponent := scale + 3
	for ; v >= signBit; exponent++ {
		v >>= 8
	}
	for ; v < signBit>>8; exponent-- {
		v <<= 8
	}
	return min(Compact(exponent)<<mantissaBits|Compact(v), MaxCompact)
}

// Validate reports in what way c is not the canonical form of a target from 1
// to 2^256 − 1: zero, negative, too large, or with an exponent other than the
// smallest. The error wraps ErrTarget.
func (c Compact) Validate() error {
	exponent, mantissa := c>>mantissaBits, c&mantissaMask
	var fault string
	switch {
	case mantissa == 0:
		fault = "zero"
	case mantissa&signBit != 0:
		fault = "negative"
	case mantissa < signBit>>8:
		fault = "not canonical"
	case exponent < 3 && mantissa<<(8*exponent)&mantissaMask != 0:
		fault = "not canonical" // bytes that the value does not have
	case c > MaxCompact:
		fault = "above 2^256"
	default:
		return nil
	}
	return fmt.Errorf("%w: compact form %v is %s", ErrTarget, c, fault)
}

// Target returns the target as a number; 0 if c is not valid.
func (c Compact) Target() *big.Int {
	t := c.threshold()
	return new(big.Int).SetBytes(t[:])
}

// MetBy reports whether a block hash, read as a big-endian number, is at most
// the target. No hash meets a form that is not valid.
func (c Compact) MetBy(hash common.Hash) bool {
	t := c.threshold()
	return t != (common.Hash{}) && bytes.Compare(hash[:], t[:]) <= 0
}

// threshold returns the target as 32 big-endian bytes, all zero if c is not
// valid.
func (c Compact) threshold() (t common.Hash) {
	if c.Validate() != nil {
		return t
	}
	// The mantissa's three bytes end exponent−3 bytes before the end. Those
	// that fall off either side of the array are zero in a valid form.
	at := len(t) - int(c>>mantissaBits)
	for i, b := range [3]byte{byte(c >> 16), byte(c >> 8), byte(c)} {
		if k := at + i; k >= 0 && k < len(t) {
			t[k] = b
		}
	}
	return t
}

// String returns the form as eight hexadecimal digits.
func (c Compact) String() string { return fmt.Sprintf("0x%08x", uint32(c)) }

// two256 is 2^256, the number of possible hashes. It is never written to.
var two256 = new(big.Int).Lsh(big.NewInt(1), 256)

// Work returns the number of hashes that a block with the given target takes
// on average, 2^256 / (target + 1) rounded down; 0 if c is not valid.
func Work(c Compact) *big.Int {
	t := c.Target()
	if t.Sign() == 0 {
		return t
	}
	return t.Div(two256, t.Add(t, big.NewInt(1)))
}
