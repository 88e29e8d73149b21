package registry

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// DefaultStopTimeout is how long a Stop may take unless the service is a
// [StopTimeouter]. Container runtimes commonly kill 10 s after they asked a
// process to end, so a service that needs that long needs a longer one too.
const DefaultStopTimeout = 10 * time.Second

// maxStacks bounds the dump of all goroutines when a Stop hangs: some thousand
// goroutines.
const maxStacks = 1 << 20

// ErrStopTimeout is wrapped by the error of a service that did not stop in
// time.
var ErrStopTimeout = errors.New("did not stop in time")

// StopAll stops every service, started or not, in reverse order of
// registration, each under its own deadline. Whatever one of them does, the
// others are stopped; the errors come back joined, each a *[ServiceError]. A
// service past its deadline is reported with the stacks of all goroutines, and
// left behind.
//
// A StartAll that is under way starts no further service. Concurrent and later
// calls wait for the first one and return its result.
func (r *ServiceRegistry) StopAll() error {
	return r.stopping.do(func() error {
		close(r.halt)
		// A StartAll that sees halt gives way at once; without this lock it might
		// launch one more service behind our back.
		r.launching <- struct{}{}
		defer func() { <-r.launching }()
		r.watchers.Wait()

		var errs []error
		for _, e := range slices.Backward(r.seal()) {
			errs = append(errs, r.stop(e))
		}
		return errors.Join(errs...)
	})
}

// stop stops one service within its deadline.
func (r *ServiceRegistry) stop(e *entry) error {
	log := r.log.WithField("service", e.name)
	log.Info("Stopping service")
	r.mu.Lock()
	e.stopped = true
	r.mu.Unlock()
	r.observe(e)

	began := time.Now()
	done := make(chan error, 1) // so that a late Stop can end when nobody waits any more
	go labelled(e, func() {
		err := guard(e.service.Stop)
		// A Start still running is part of what Stop ends: the services below
		// must not be stopped under it.
		if e.returned != nil {
			<-e.returned
		}
		done <- err
	})

	deadline := time.NewTimer(e.stopTimeout)
	defer deadline.Stop()
	var err error
	select {
	case err = <-done:
	case <-deadline.C:
		err = fmt.Errorf("%w: still running after %v", ErrStopTimeout, e.stopTimeout)
		log = log.WithField("stack", stacks())
	}
	if err != nil {
		err = &ServiceError{Service: e.name, Op: "stop", Err: err}
		logError(log, err, "Service did not stop cleanly")
		return err
	}
	log.WithField("elapsed", time.Since(began).Round(time.Millisecond)).Info("Stopped service")
	return nil
}

// stacks returns the stacks of all goroutines, at most maxStacks bytes.
func stacks() string {
	buf := make([]byte, maxStacks)
	return string(buf[:runtime.Stack(buf, true)])
}
