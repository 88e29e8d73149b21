package main

import (
	"context"
	"errors"
	"time"
)

const (
	// watchTick is how often the node is looked at beyond its new heads: so often
	// does the age of its head change for a reader.
	watchTick = time.Second

	// watchPause is the least time between two looks, however many heads come.
	watchPause = 200 * time.Millisecond
)

// watchNode shows a node until ctx ends. One that goes away is waited for; one that
// was never there is an error.
func watchNode(ctx context.Context, o *observer, s *screen) (err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	for first := true; ; first = false {
		for len(o.heads) > 0 { // the look that follows covers them
			<-o.heads
		}
		seen, err := o.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			o.follow(ctx)
			err = s.update(seen)
		case !first:
			err = s.away(err)
		}
		if err != nil {
			return err
		}
		if !pause(ctx, watchPause) {
			return nil
		}
		select {
		case <-o.heads:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// pause waits, and reports whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
