package pow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// precision of the independent calculations, in bits.
const precision = 200

// roots holds 2^(1/2), 2^(1/4), 2^(1/8) and so on.
var roots = func() (roots [64]*big.Float) {
	r := new(big.Float).SetPrec(precision).SetInt64(2)
	for i := range roots {
		r = new(big.Float).SetPrec(precision).Sqrt(r)
		roots[i] = r
	}
	return roots
}()

// exactExp2 returns 2^(num/den) to 64 binary digits of the exponent's
// fraction, by multiplying roots of two.
func exactExp2(num, den int64) *big.Float {
	whole := num / den
	if num%den < 0 {
		whole--
	}
	rest := new(big.Int).Lsh(big.NewInt(num-whole*den), uint(len(roots)))
	rest.Div(rest, big.NewInt(den))
	result := new(big.Float).SetPrec(precision).SetMantExp(big.NewFloat(1), int(whole))
	for i, root := range roots {
		if rest.Bit(len(roots)-1-i) == 1 {
			result.Mul(result, root)
		}
	}
	return result
}

// asertReference is the difficulty rule on whole targets: the steps of Bitcoin
// Cash's specification of aserti3-2d, with the delay capped, and Bitcoin's
// rounding to compact form at the end.
func asertReference(p *Params, parent uint32, dt uint64) uint32 {
	t, halfLife := int64(p.TargetInterval), int64(p.HalfLife)
	excess := 3 * halfLife
	if dt < p.TargetInterval+3*p.HalfLife {
		excess = int64(dt) - t
	}
	exponent := excess * 65536 / halfLife
	shifts := exponent >> 16
	fraction := big.NewInt(exponent - shifts*65536)

	sum := big.NewInt(1 << 47)
	power := big.NewInt(1)
	for _, coefficient := range []int64{195766423245049, 971821376, 5127} {
		power.Mul(power, fraction)
		sum.Add(sum, new(big.Int).Mul(power, big.NewInt(coefficient)))
	}
	factor := sum.Rsh(sum, 48)
	factor.Add(factor, big.NewInt(65536))

	next := new(big.Int).Mul(bitcoinTarget(parent), factor)
	if shifts -= 16; shifts < 0 {
		next.Rsh(next, uint(-shifts))
	} else {
		next.Lsh(next, uint(shifts))
	}
	if next.Sign() == 0 {
		next.SetInt64(1)
	}
	if next.Cmp(p.Limit) > 0 {
		next.Set(p.Limit)
	}
	return bitcoinCompact(next)
}

func testParams(interval, halfLife uint64) *Params {
	p := DefaultParams()
	p.TargetInterval, p.HalfLife, p.Limit = interval, halfLife, maxUint256
	return &p
}

func TestNextTargetVectors(t *testing.T) {
	const genesis = 0x1d00ffff // Bitcoin's, T = 4 s, τ = 120 s
	for _, v := range []struct {
		name         string
		parent, want Compact
		dt           uint64
	}{
		{"on time: unchanged", genesis, genesis, 4},
		// exponent −3 × 65536 / 120 = −1638; factor 128826; 0xffff × 128826 / 2^17.
		{"after 1 s", genesis, 0x1d00fb9c, 1},
		// exponent 546; factor 65917; 0xffff × 65917 / 2^16 = 0x1017b.
		{"after 5 s", genesis, 0x1d01017b, 5},
		// exponent 30583; factor 90557; 0x161bb.
		{"after a minute", genesis, 0x1d0161bb, 60},
		{"a half-life late: doubled", genesis, 0x1d01fffe, 124},
		{"three half-lives late: times 8", genesis, 0x1d07fff8, 364},
		{"a second later: no more than that", genesis, 0x1d07fff8, 365},
		{"a night later: no more than that", genesis, 0x1d07fff8, 8 * 3600},
		{"at the end of time", genesis, 0x1d07fff8, math.MaxUint64},
		// exponent −2184; factor 128086.
		{"without delay", genesis, 0x1d00fa2a, 0},
		{"the mantissa grows a byte", 0x1d7fffff, 0x1e00ffff, 124},
		{"the mantissa loses a byte", 0x1d008000, 0x1c7dce80, 1},
		{"never below 1", MinCompact, MinCompact, 1},
		{"up from 1", MinCompact, 0x01020000, 124},
		{"3 times 1.0058 is 3", 0x01030000, 0x01030000, 5},
		{"never above the limit", MaxCompact, MaxCompact, 364},
		{"up to the limit", 0x21008001, MaxCompact, 124},
	} {
		p := testParams(4, 120)
		if have := p.NextTarget(v.parent, v.dt); have != v.want {
			t.Errorf("%s: %v, want %v", v.name, have, v.want)
		}
		if have := asertReference(p, uint32(v.parent), v.dt); have != uint32(v.want) {
			t.Errorf("%s: the reference gives %#x, want %v", v.name, have, v.want)
		}
	}
}

// TestNextTargetLimitBetweenForms has a limit that no compact form equals.
func TestNextTargetLimitBetweenForms(t *testing.T) {
	p := testParams(4, 120)
	p.Limit = hexInt("ffffff" + zeros(50))
	if have := p.NextTarget(0x1d00ffff, 364); have != 0x1d00ffff {
		t.Errorf("target %v, want the limit rounded down", have)
	}
}

// TestInstantStaysAtLimit: with T = 1 and stamps that grow, development mode
// never leaves the easiest target.
func TestInstantStaysAtLimit(t *testing.T) {
	p := testParams(1, 30)
	for dt := uint64(1); dt < 200; dt++ {
		if have := p.NextTarget(MaxCompact, dt); have != MaxCompact {
			t.Fatalf("after %d s the target is %v", dt, have)
		}
	}
}

// TestExp2 bounds the error of the cubic for every argument.
func TestExp2(t *testing.T) {
	worst := 0.0
	previous := uint64(0)
	for x := range uint64(radix) {
		have := exp2(x)
		if have < previous {
			t.Fatalf("exp2 falls at %d", x)
		}
		previous = have
		quotient := new(big.Float).Quo(new(big.Float).SetUint64(have), exactExp2(int64(x), radix))
		ratio, _ := quotient.Float64()
		worst = max(worst, math.Abs(ratio/radix-1))
	}
	if t.Logf("largest error %.4f %%", 100*worst); worst > 0.00013 {
		t.Error("the cubic is off by more than 0.013 %")
	}
	if exp2(0) != radix || exp2(radix-1) >= 2*radix {
		t.Errorf("exp2 goes from %d to %d", exp2(0), exp2(radix-1))
	}
}

// TestNextTargetBias measures how far all roundings together move the mean
// interval of a steady chain: the truncated exponent, the cubic and the
// compact form. In balance the logarithm of the target stays the same on
// average, so what they add to it in a block is made up by the time between
// blocks, τ seconds for each doubling.
func TestNextTargetBias(t *testing.T) {
	const (
		samples  = 20_000
		coarsest = Compact(0x1d008000) // the smallest mantissa
		finest   = Compact(0x1d7f0000)
	)
	for _, interval := range []uint64{2, 4, 3600} {
		for _, ratio := range []uint64{1, 30, maxHalfLifeRatio} {
			p := testParams(interval, ratio*interval)
			rng := rand.New(rand.NewPCG(interval, ratio))
			bias := func(mantissa Compact) (percent float64) {
				for range samples {
					parent := mantissa + Compact(rng.Uint32N(256))
					dt := 1 + uint64(rng.ExpFloat64()*float64(interval)) // whole seconds
					late := min(float64(dt)-float64(interval), maxHalfLives*float64(p.HalfLife))
					moved := math.Log2(hashesFor(parent) / hashesFor(p.NextTarget(parent, dt)))
					percent += 100 * (late - moved*float64(p.HalfLife)) / samples / float64(interval)
				}
				return percent
			}
			coarse, fine := bias(coarsest), bias(finest)
			t.Logf("T = %4d s, τ = %3d T: the mean interval is off by %+.2f %% with the coarsest rounding, %+.2f %% with the finest",
				interval, ratio, coarse, fine)
			if max(math.Abs(coarse), math.Abs(fine)) > 0.4 {
				t.Error("the mean interval is off by more than 0.4 %")
			}
		}
	}
}

func FuzzNextTarget(f *testing.F) {
	f.Add(uint32(0x1d00ffff), uint64(1), uint64(4), uint64(120), uint32(MaxCompact))
	f.Add(uint32(MinCompact), uint64(0), uint64(2), uint64(512), uint32(0x1d00ffff))
	f.Add(uint32(MaxCompact), uint64(math.MaxUint64), uint64(1), uint64(1), uint32(MaxCompact))
	f.Add(uint32(0x02008000), uint64(400), uint64(86400), uint64(86400*256), uint32(0x207fffff))
	f.Add(uint32(0xffffffff), uint64(5), uint64(4), uint64(4), uint32(0x03008000)) // not a target
	f.Fuzz(func(t *testing.T, parent uint32, dt, interval, ratio uint64, limit uint32) {
		interval = 1 + interval%maxTargetInterval
		p := testParams(interval, interval+ratio%((maxHalfLifeRatio-1)*interval+1))
		if Compact(limit).Validate() == nil {
			p.Limit = Compact(limit).Target()
		}

		// Whatever the parent is, no panic and a valid target within bounds.
		next := p.NextTarget(Compact(parent), dt)
		if err := next.Validate(); err != nil {
			t.Fatal(err)
		}
		if next > NewCompact(p.Limit) {
			t.Fatalf("target %v is above the limit %x", next, p.Limit)
		}
		if Compact(parent).Validate() != nil {
			return
		}
		if want := asertReference(p, parent, dt); uint32(next) != want {
			t.Fatalf("target %v, want %#x", next, want)
		}
		// Waiting longer never makes it harder, nor does an easier parent.
		if later := p.NextTarget(Compact(parent), dt+1); dt+1 > dt && later < next {
			t.Fatalf("target falls from %v to %v in a second", next, later)
		}
		if easier := Compact(parent + 1); easier.Validate() == nil && p.NextTarget(easier, dt) < next {
			t.Fatalf("an easier parent %v makes the target harder", easier)
		}
	})
}

func BenchmarkNextTarget(b *testing.B) {
	p := DefaultParams()
	b.ReportAllocs()
	for dt := uint64(1); b.Loop(); dt++ {
		p.NextTarget(0x1d00ffff, dt&63)
	}
}
