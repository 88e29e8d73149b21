package miner

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	at := time.Unix(10_000, 999_999_999)
	var c clock
	want := func(what string, have, want uint64) {
		t.Helper()
		if have != want {
			t.Errorf("%s: %d, want %d", what, have, want)
		}
	}
	want("the wall clock", c.stamp(9_000, at), 10_000)
	if offset := c.advance(500); offset != 500 {
		t.Errorf("offset %d", offset)
	}
	want("moved on", c.stamp(9_000, at), 10_500)
	want("after a parent that is ahead", c.stamp(20_000, at), 20_001)

	c.choose(15_000)
	want("chosen", c.stamp(9_000, at), 15_000)
	if stamp, err := c.stampAside(9_000, at); err != nil || stamp != 10_500 {
		t.Errorf("a block before it: %d, %v", stamp, err)
	}
	if stamp, err := c.stampAside(14_998, at); err != nil || stamp != 14_999 {
		t.Errorf("the last block before it: %d, %v", stamp, err)
	}
	if _, err := c.stampAside(14_999, at); err == nil {
		t.Error("no room for a block before it")
	}
	c.stamped(10_500, at)
	want("still chosen", c.stamp(10_500, at), 15_000)
	c.stamped(15_000, at)
	want("time goes on", c.stamp(15_000, at.Add(7*time.Second)), 15_007)

	if c.pace(100) != 0 {
		t.Error("there was a pace before")
	}
	want("paced", c.stamp(15_000, at.Add(time.Hour)), 15_100)
	shown := c.read(at)
	if c.pace(0) != 100 {
		t.Error("there was no pace")
	}
	want("set", c.set(4_000_000_000, at), 15_000)
	want("far ahead", c.stamp(15_000, at), 4_000_000_000)
	c.restore(shown, at.Add(time.Hour))
	want("put back", c.read(at.Add(time.Hour)).now, 15_000)
	want("put back, with its pace", c.stamp(16_000, at.Add(time.Hour)), 16_100)
	c.restore(reading{}, time.Unix(-5, 0))
	want("before 1970", c.stamp(3, time.Unix(-5, 0)), 4)
}
