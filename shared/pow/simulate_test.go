package pow

import (
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

// newNetwork starts a chain whose genesis target suits the hash rate.
func newNetwork(interval, halfLife uint64, hashrate float64, seed uint64) *network {
	p := DefaultParams()
	p.TargetInterval, p.HalfLife = interval, halfLife
	p.Limit = maxUint256
	work, _ := big.NewFloat(hashrate * float64(interval)).Int(nil)
	p.InitialTarget = NewCompact(new(big.Int).Div(two256, work))
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

// drift is how far the chain's time is ahead of real time, in seconds.
func (n *network) drift() float64 { return float64(n.time) - n.now }

// hashesFor is Work in floating point.
func hashesFor(c Compact) float64 {
	return math.Exp2(256-8*(float64(c>>mantissaBits)-3)) / float64(c&mantissaMask)
}

func TestSimulateSteadyHashrate(t *testing.T) {
	const blocks = 40_000
	for _, interval := range []uint64{2, 4, 15} {
		t.Run(fmt.Sprintf("T=%d", interval), func(t *testing.T) {
			n := newNetwork(interval, 30*interval, 1e6, 1)
			var ahead, behind float64
			for range blocks {
				n.mine()
				ahead, behind = max(ahead, n.drift()), min(behind, n.drift())
			}
			mean := n.now / blocks
			t.Logf("mean interval %.3f s, chain time from %.2f s behind to %.2f s ahead", mean, -behind, ahead)
			if math.Abs(mean/float64(interval)-1) > 0.03 {
				t.Errorf("mean interval is more than 3 %% off")
			}
		})
	}
}

func TestScratch(t *testing.T) {
	for _, tau := range []uint64{120, 240} {
	for _, c := range []struct{name string; f float64}{{"fall",0.01},{"rise",100}} {
		var t20, t30, t50, tTarget []float64
		var maxdrift float64
		for run := range 40 {
			n := newNetwork(4, tau, 1e6, uint64(run))
			for range 500 { n.mine() }
			n.hashrate *= c.f
			s:=n.now
			for range 20 { n.mine() }
			t20=append(t20,n.now-s); s=n.now
			for range 30 { n.mine() }
			t30=append(t30,(n.now-s)/30); s=n.now
			for range 50 { n.mine() }
			t50=append(t50,(n.now-s)/50)

			n = newNetwork(4, tau, 1e6, uint64(run))
			for range 500 { n.mine() }
			n.hashrate *= c.f
			s=n.now
			for hashesFor(n.target)/n.hashrate < 3.6 || hashesFor(n.target)/n.hashrate > 4.4 { n.mine(); maxdrift=max(maxdrift, n.drift()) }
			tTarget=append(tTarget,n.now-s)
		}
		for _, x := range [][]float64{t20,t30,t50,tTarget} { slices.Sort(x) }
		t.Log(tau, c.name, "first20", t20[20]/60,"min; next30", t30[20], "next50", t50[20], "ontarget", tTarget[20]/60, "min; drift", maxdrift)
	}}
}
