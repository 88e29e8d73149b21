package miner

import (
	"math/big"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/shared/pow"
)

func TestCoins(t *testing.T) {
	for wei, want := range map[string]string{
		"0":                           "0",
		"1":                           "0",
		"2000000000000000000":         "2",
		"21000000000000":              "0.000021",
		"1500000001000000000":         "1.500000001",
		"10000000000000000000":        "10",
		"123456789000000000000000000": "123456789",
	} {
		amount, _ := new(big.Int).SetString(wei, 10)
		if have := coins(amount); have != want {
			t.Errorf("%s wei are %s, want %s", wei, have, want)
		}
	}
}

func TestHashrate(t *testing.T) {
	for rate, want := range map[float64]string{0: "0 H/s", 999: "999 H/s", 1250: "1.25 kH/s", 2.5e6: "2.5 MH/s", 3e15: "3e+03 TH/s"} {
		if have := hashrate(rate); have != want {
			t.Errorf("%v is %q, want %q", rate, have, want)
		}
	}
}

func TestEstimate(t *testing.T) {
	for _, test := range []struct {
		work uint // in bits
		rate float64
		want string
	}{
		{22, 0, "unknown"},
		{22, 1 << 22, "1s"},
		{22, 1 << 23, "500ms"},
		{22, 1 << 12, "17m4s"},
		{250, 1e6, "over a century"},
	} {
		target := pow.NewCompact(new(big.Int).Lsh(big.NewInt(1), 256-test.work))
		if have := estimate(target, test.rate); have != test.want {
			t.Errorf("2^%d hashes at %v/s: %s, want %s", test.work, test.rate, have, test.want)
		}
	}
}

func TestHashMeter(t *testing.T) {
	var count uint64
	m := hashMeter{count: func() uint64 { return count }}
	now := time.Unix(0, 0)
	if m.rate(now) != 0 {
		t.Error("a rate before the first sample")
	}
	for range 30 { // 1000 a second, looked at four times
		for range 4 {
			m.tick(now)
			now = now.Add(250 * time.Millisecond)
			count += 250
		}
	}
	if rate := m.rate(now); rate != 1000 {
		t.Errorf("rate is %v, want 1000", rate)
	}
	for range 9 { // a change shows fully after ten seconds
		m.tick(now)
		now = now.Add(time.Second)
	}
	m.tick(now)
	if rate := m.rate(now.Add(time.Second)); rate != 0 {
		t.Errorf("rate is %v ten seconds after the last hash", rate)
	}
}
