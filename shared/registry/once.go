package registry

import "sync/atomic"

// once runs a function at most once; every caller gets its result, and waits
// for it if need be. Unlike sync.Once it waits on a channel: a goroutine that
// waits for a mutex is not idle to testing/synctest, so nobody could test a
// node's shutdown under a fake clock.
type once struct {
	called atomic.Bool
	done   chan struct{} // closed when err is there
	err    error
}

func newOnce() *once { return &once{done: make(chan struct{})} }

func (o *once) do(f func() error) error {
	if o.called.CompareAndSwap(false, true) {
		o.err = f()
		close(o.done)
	}
	<-o.done
	return o.err
}
