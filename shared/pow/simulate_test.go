package pow

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// network simulates one source of blocks under the difficulty rule, with the
// sealer's policy for timestamps: a block is stamped with the clock's second,
// or the parent's plus one if that is later, and stamp and target are renewed
// as the second changes. A stamp more than a second ahead of the clock is not
// used: the sealer waits.
type network struct {
	params   *Params
	rng      *rand.Rand
	hashrate float64 // hashes per second

	now    float64 // real time, seconds since the genesis block
	time   uint64  // the head's stamp
	target Compact // the head's target
}

// newNetwork starts a chain whose genesis target suits the hash rate, with the
// default half-life of 30 target intervals.
func newNetwork(interval, seed uint64) *network {
	const hashrate = 1e6
	p := DefaultParams()
	p.TargetInterval, p.HalfLife, p.Limit = interval, 30*interval, maxUint256
	p.InitialTarget = NewCompact(new(big.Int).Div(two256, big.NewInt(hashrate*int64(interval))))
	return &network{params: &p, rng: rand.New(rand.NewPCG(seed, interval)), hashrate: hashrate, target: p.InitialTarget}
}

// mine goes on until the next block and returns the real time that it took.
func (n *network) mine() float64 {
	start := n.now
	for {
		stamp := max(n.time+1, uint64(n.now))
		if n.now < float64(stamp)-1 {
			n.now = float64(stamp) - 1
		}
		// Until the next whole second the stamp stays and so does the target.
		var (
			target = n.params.NextTarget(n.target, stamp-n.time)
			second = math.Floor(n.now) + 1
			found  = n.now + n.rng.ExpFloat64()*hashesFor(target)/n.hashrate
		)
		if found < second {
			n.now, n.time, n.target = found, stamp, target
			return n.now - start
		}
		n.now = second
	}
}

// mineBlocks mines n blocks and returns the real time that they took.
func (n *network) mineBlocks(blocks int) (seconds float64) {
	for range blocks {
		seconds += n.mine()
	}
	return seconds
}

// settle mines until the expected interval is within a tenth of T and returns
// the real time that it took.
func (n *network) settle() (seconds float64) {
	off := func() float64 {
		return hashesFor(n.target) / n.hashrate / float64(n.params.TargetInterval)
	}
	for off() < 0.9 || off() > 1.1 {
		seconds += n.mine()
	}
	return seconds
}

// hashesFor is Work in floating point.
func hashesFor(c Compact) float64 {
	return math.Exp2(256-8*(float64(c>>mantissaBits)-3)) / float64(c&mantissaMask)
}

// maxDrift bounds how far chain time and real time may come apart, in seconds.
// The sealer's policy alone sees to it: a block is never stamped before the
// second in which it is found, nor more than a second after.
const maxDrift = 1

// checkDrift fails the test if the head's stamp is too far from real time.
func (n *network) checkDrift(t *testing.T) {
	t.Helper()
	if drift := float64(n.time) - n.now; math.Abs(drift) > maxDrift {
		t.Fatalf("chain time is %.2f s ahead of real time", drift)
	}
}

// simulationRuns is how many runs, each with its own seed, a median is of.
const simulationRuns = 40

// scenario runs a network several times, from 500 blocks after its genesis
// on, and returns the medians of what play measures.
func scenario(t *testing.T, interval uint64, play func(*network) []float64) []float64 {
	t.Helper()
	var runs [][]float64
	for seed := range uint64(simulationRuns) {
		n := newNetwork(interval, seed)
		n.mineBlocks(500)
		runs = append(runs, play(n))
		n.checkDrift(t)
	}
	medians := make([]float64, len(runs[0]))
	for i := range medians {
		slices.SortFunc(runs, func(a, b []float64) int { return cmp.Compare(a[i], b[i]) })
		medians[i] = runs[simulationRuns/2][i]
	}
	return medians
}

// forEachInterval runs a test for each target interval that it is made for.
func forEachInterval(t *testing.T, test func(t *testing.T, interval uint64)) {
	for _, interval := range []uint64{2, 4, 15} {
		t.Run(fmt.Sprintf("T=%d", interval), func(t *testing.T) { test(t, interval) })
	}
}

func TestSimulateSteadyHashrate(t *testing.T) {
	forEachInterval(t, func(t *testing.T, interval uint64) {
		const blocks = 100_000
		n := newNetwork(interval, 1)
		for range blocks {
			n.mine()
			n.checkDrift(t)
		}
		mean := n.now / blocks
		t.Logf("mean interval %.3f s", mean)
		if math.Abs(mean/float64(interval)-1) > 0.03 {
			t.Error("the mean interval is more than 3 % off")
		}
	})
}

func TestSimulateFallOfHashrate(t *testing.T) {
	forEachInterval(t, func(t *testing.T, interval uint64) {
		m := scenario(t, interval, func(n *network) []float64 {
			n.hashrate /= 100
			first, next, then := n.mineBlocks(20), n.mineBlocks(30)/30, n.mineBlocks(50)/50
			return []float64{first, next, then, first + 30*next + 50*then + n.settle()}
		})
		t.Logf("hash rate / 100: the first 20 blocks take %.1f min, the next 30 come every %.1f s, "+
			"the 50 after that every %.1f s; settled by %.0f min", m[0]/60, m[1], m[2], m[3]/60)
		halfLife, target := 30*float64(interval), float64(interval)
		if m[0] > 7*halfLife || m[1] > 2.2*target || m[2] > 1.5*target {
			t.Error("the chain is slower to recover than it was found to be")
		}
	})
}

func TestSimulateRiseOfHashrate(t *testing.T) {
	forEachInterval(t, func(t *testing.T, interval uint64) {
		m := scenario(t, interval, func(n *network) []float64 {
			n.hashrate *= 100
			pace := n.mineBlocks(20) / 20
			return []float64{pace, 20*pace + n.settle()}
		})
		t.Logf("hash rate × 100: the first 20 blocks come every %.1f s; settled by %.1f min", m[0], m[1]/60)
		if m[0] > 1.2 || m[1] > 12*30*float64(interval) {
			t.Error("the chain is slower to recover than it was found to be")
		}
	})
}

func TestSimulatePause(t *testing.T) {
	forEachInterval(t, func(t *testing.T, interval uint64) {
		m := scenario(t, interval, func(n *network) []float64 {
			n.now += 8 * 60 * 60 // nobody mines
			first := n.mine()
			after := n.mineBlocks(50) / 50
			return []float64{first, after, first + 50*after + n.settle()}
		})
		t.Logf("after a pause of 8 h: the first block comes within %.1f s, the next 50 every %.1f s; "+
			"settled by %.1f min", m[0], m[1], m[2]/60)
		if m[0] > float64(interval) || m[2] > 7*30*float64(interval) {
			t.Error("the chain is slower to recover than it was found to be")
		}
	})
}
