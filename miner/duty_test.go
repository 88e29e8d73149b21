package miner

import (
	"math"
	"testing"
	"time"
)

// TestDutyKeepsTheShare runs a thread against a clock of its own: slices of work
// of uneven length, timers that fire late.
func TestDutyKeepsTheShare(t *testing.T) {
	for _, share := range []float64{0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 1} {
		pace := duty{share: share}
		var working, resting time.Duration
		longest := time.Duration(0)
		for i := range 200_000 {
			slice := time.Duration(200+i%7*50) * time.Microsecond
			working += slice
			if rest := pace.worked(slice); rest > 0 {
				slept := rest + time.Duration(i%11)*100*time.Microsecond
				pace.rested(slept)
				resting += slept
				longest = max(longest, rest)
			}
		}
		have := working.Seconds() / (working + resting).Seconds()
		if math.Abs(have-share) > 0.002*share {
			t.Errorf("a share of %v became %v", share, have)
		}
		if limit := leastRest + time.Duration(float64(500*time.Microsecond)*(1/share)); longest > limit {
			t.Errorf("share %v: a rest of %v", share, longest)
		}
	}
}

func TestDutyForgivesTheMachine(t *testing.T) {
	pace := duty{share: 0.1}
	if rest := pace.worked(time.Hour); rest > mostOwed {
		t.Errorf("a stall while working costs a rest of %v", rest)
	}
	pace.rested(8 * time.Hour) // a laptop that slept
	var working time.Duration
	for pace.worked(time.Millisecond) == 0 {
		working += time.Millisecond
	}
	if working > 200*time.Millisecond {
		t.Errorf("a night's sleep earns %v of uninterrupted work", working)
	}
}
