package pow

// The fixed-point arithmetic of Bitcoin Cash's aserti3-2d: exponents of two in
// units of 1/65536, and a cubic that approximates 2^x for 0 ≤ x < 1 to within
// 0.013 %. The coefficients are in units of 2^-48.
const (
	radixBits = 16
	radix     = 1 << radixBits

	cubicX    = 195766423245049
	cubicXX   = 971821376
	cubicXXX  = 5127
	cubicBits = 48
)

// maxHalfLives is how many half-lives beyond the target interval one block's
// delay may count: the target rises at most 2^3 = 8 times in a block.
const maxHalfLives = 3

// NextTarget returns the target of a block that is stamped dt seconds after
// its parent, which has the given target:
//
//	parent × 2^((min(dt, T + 3τ) − T) / τ), at least 1, at most the limit,
//
// rounded down to compact form. Parent must be valid, the parameters too; dt
// is at least 1 in a valid chain, though 0 is harmless.
//
// It needs no big numbers. A compact target is a mantissa of 23 bits, which
// together with the 17 bits of the power's fraction and the 3 of its whole
// part fits a uint64, and since rounding down twice is rounding down once, the
// result equals that of aserti3-2d on the full 256 bits followed by Bitcoin's
// rounding to nBits.
func (p *Params) NextTarget(parent Compact, dt uint64) Compact {
	dt = min(dt, p.TargetInterval+maxHalfLives*p.HalfLife)
	// Like the original this truncates towards zero, not downwards.
	exponent := (int64(dt) - int64(p.TargetInterval)) * radix / int64(p.HalfLife)

	whole := exponent >> radixBits // rounds down: −1 to 3
	factor := exp2(uint64(exponent - whole<<radixBits))

	// v is the new target in units of 256^(e−3) / 2^24: multiplied by 2^8
	// beyond the factor's 2^16, so that the shift to the right leaves whole
	// bytes and nothing is lost by halving.
	const spare = 8
	v := uint64(parent&mantissaMask) * factor << spare
	if whole >= 0 {
		v <<= whole
	} else {
		v >>= -whole
	}
	scale := int(parent>>mantissaBits) - 3 - (radixBits+spare)/8
	return max(MinCompact, min(compactOf(v, scale), NewCompact(p.Limit)))
}

// exp2 returns 2^(x/65536) in units of 1/65536, for x below 65536. The sum just
// fits 64 bits.
func exp2(x uint64) uint64 {
	const half = 1 << (cubicBits - 1)
	return radix + (cubicX*x+cubicXX*x*x+cubicXXX*x*x*x+half)>>cubicBits
}
