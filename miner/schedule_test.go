package miner

import (
	"testing"
	"time"
)

// TestSchedule names each reason for a payload, and the time it gives.
func TestSchedule(t *testing.T) {
	const second, ms = time.Second, time.Millisecond
	start := time.Unix(1000, 0) // the parent's stamp, if not stated
	at := func(d time.Duration) time.Time { return start.Add(d) }
	base := schedule{parent: 1000, adopted: at(300 * ms)}
	built := base
	built.built, built.cost, built.stamp = at(500*ms), 2*ms, 1001

	for name, test := range map[string]struct {
		change func(*schedule)
		from   schedule
		want   time.Time
	}{
		"new head":                         {nil, base, at(300 * ms)},
		"head ahead of the clock":          {func(s *schedule) { s.parent = 1003 }, base, at(3 * second)},
		"next stamp":                       {nil, built, at(2 * second)},
		"heavy payloads are kept longer":   {func(s *schedule) { s.cost = 800 * ms }, built, at(500*ms + 3200*ms)},
		"first payload was cut short":      {func(s *schedule) { s.truncated = true }, built, start},
		"news that pay little":             {func(s *schedule) { s.news = true }, built, at(2 * second)},
		"news that pay":                    {func(s *schedule) { s.news, s.better = true, true }, built, at(600 * ms)},
		"news that pay, after a heavy one": {func(s *schedule) { s.news, s.better, s.cost = true, true, 100*ms }, built, at(900 * ms)},
		"idle":                             {func(s *schedule) { s.held, s.idle = true, time.Minute }, built, at(time.Minute)},
		"idle, woken":                      {func(s *schedule) { s.held, s.idle, s.news = true, time.Minute, true }, built, at(600 * ms)},
		"development, first look":          {func(s *schedule) { s.instant, s.auto = true, true }, base, at(300 * ms)},
		"development, nothing there":       {func(s *schedule) { s.instant, s.auto, s.held = true, true, true }, built, at(500*ms + never)},
		"development, ahead of the clock":  {func(s *schedule) { s.instant, s.auto, s.parent = true, true, 9000 }, base, at(300 * ms)},
		"development, one transaction": {func(s *schedule) {
			s.instant, s.auto, s.news, s.firstAt, s.latestAt = true, true, true, at(second), at(second)
		}, built, at(1001 * ms)},
		"development, a stream": {func(s *schedule) {
			s.instant, s.auto, s.news, s.firstAt, s.latestAt = true, true, true, at(second), at(1100*ms)
		}, built, at(1050 * ms)},
		"development, right after a look": {func(s *schedule) {
			s.instant, s.auto, s.news, s.firstAt, s.latestAt = true, true, true, at(500*ms), at(500*ms)
		}, built, at(508 * ms)},
		"development, priced out":            {func(s *schedule) { s.instant, s.auto, s.held, s.pricedOut = true, true, true, true }, built, at(1300 * ms)},
		"development, period":                {func(s *schedule) { s.instant, s.period = true, 2*second }, base, at(2300 * ms)},
		"development, period and on demand":  {func(s *schedule) { s.instant, s.auto, s.period = true, true, 2*second }, built, at(2300 * ms)},
		"development, neither":               {func(s *schedule) { s.instant, s.news = true, true }, base, at(300*ms + never)},
		"development, period, not on demand": {func(s *schedule) { s.instant, s.period, s.news = true, 2*second, true }, base, at(2300 * ms)},
	} {
		plan := test.from
		if test.change != nil {
			test.change(&plan)
		}
		if due := plan.due(); !due.Equal(test.want) {
			t.Errorf("%s: due %v after the parent, want %v", name, due.Sub(start), test.want.Sub(start))
		}
	}
}

func TestStamp(t *testing.T) {
	var c clock
	for now, want := range map[int64]uint64{-5: 1001, 900: 1001, 1000: 1001, 1001: 1001, 1007: 1007} {
		if have := c.stamp(1000, time.Unix(now, 999_999_999)); have != want {
			t.Errorf("stamp at %d is %d, want %d", now, have, want)
		}
	}
}
