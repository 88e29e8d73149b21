package registry

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"github.com/sirupsen/logrus"
)

// StartGrace is how long StartAll waits for one Start. A Start only launches
// goroutines, so this is ample even on a loaded machine, and short beside what
// somebody who waits for the node would put up with.
const StartGrace = time.Second

// StartAll starts every service in order of registration, each when the Start
// before it has returned or has used up [StartGrace].
//
// If a Start panics, or a service has reported a failure by the time a Start
// returns, StartAll stops all services in reverse and returns a *[ServiceError]
// joined with what StopAll returned. If StopAll is called meanwhile, or was
// called before, it starts no further service, waits until all are stopped and
// returns [ErrStopped]. A second call does nothing and returns what the first
// one did.
func (r *ServiceRegistry) StartAll() error {
	return r.starting.do(func() error {
		if err := r.startServices(); err != nil {
			return errors.Join(err, r.StopAll())
		}
		return nil
	})
}

// Failed delivers the first failure of any service, as a *[ServiceError], once:
// a panic in Start or what a [Failer] reported. Whoever runs the registry waits
// on it, stops everything and exits. It is never closed.
func (r *ServiceRegistry) Failed() <-chan error { return r.failed }

func (r *ServiceRegistry) startServices() error {
	r.launching <- struct{}{}
	defer func() { <-r.launching }()

	entries := r.seal()
	for i, e := range entries {
		if r.halted() {
			break
		}
		r.launch(e)
		r.awaitStart(e)
		// Not only this one: an earlier service may have failed meanwhile.
		for _, e := range entries[:i+1] {
			if err := r.failureOf(e); err != nil {
				return err
			}
		}
	}
	if r.halted() {
		return fmt.Errorf("start services: %w", ErrStopped)
	}
	for _, e := range entries {
		if e.failed != nil {
			r.watchers.Go(func() { r.watch(e) })
		}
	}
	return nil
}

// launch calls Start in a goroutine of its own.
func (r *ServiceRegistry) launch(e *entry) {
	e.returned = make(chan struct{})
	go labelled(e, func() {
		defer close(e.returned)
		r.log.WithField("service", e.name).Info("Starting service")
		err := guard(func() error { e.service.Start(); return nil })
		if err != nil {
			r.fail(e, "start", err)
			return
		}
		r.mu.Lock()
		e.started = true
		r.mu.Unlock()
		r.observe(e) // so that Since is when it began to serve
	})
}

// awaitStart waits until Start has returned, its grace is over, or StopAll was
// called.
func (r *ServiceRegistry) awaitStart(e *entry) {
	grace := time.NewTimer(StartGrace)
	defer grace.Stop()
	select {
	case <-e.returned:
	case <-r.halt:
	case <-grace.C:
		r.log.WithField("service", e.name).WithField("grace", StartGrace).
			Warn("Service start has not returned, going on without it")
	}
}

// failureOf returns how a service has failed so far, asking without waiting.
func (r *ServiceRegistry) failureOf(e *entry) error {
	select {
	case err := <-e.failed:
		r.fail(e, "run", err)
	default:
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return e.failure
}

// watch waits for the failure of one running service.
func (r *ServiceRegistry) watch(e *entry) {
	select {
	case err := <-e.failed:
		r.fail(e, "run", err)
	case <-r.halt:
	}
}

// fail records that a service has failed, logs it and forwards it if it is the
// first of all. A nil error is a closed channel: the service will not fail.
func (r *ServiceRegistry) fail(e *entry, op string, err error) {
	if err == nil {
		return
	}
	if !errors.Is(err, ErrFailed) {
		err = fmt.Errorf("%w: %w", ErrFailed, err)
	}
	failure := &ServiceError{Service: e.name, Op: op, Err: err}
	r.mu.Lock()
	if e.failure == nil {
		e.failure, e.state, e.since = failure, Failed, time.Now()
	}
	r.mu.Unlock()
	logError(r.log.WithField("service", e.name), failure, "Service failed")
	select {
	case r.failed <- failure:
	default: // not the first
	}
}

// halted tells whether StopAll was called.
func (r *ServiceRegistry) halted() bool {
	select {
	case <-r.halt:
		return true
	default:
		return false
	}
}

// logError logs a service's error, with the stack if it was a panic.
func logError(log logrus.FieldLogger, err error, message string) {
	if p, ok := errors.AsType[*PanicError](err); ok {
		log = log.WithField("stack", string(p.Stack))
	}
	log.WithField("err", err).Error(message)
}

// guard calls one of a service's methods and turns a panic into an error.
func guard(call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return call()
}

// labelled runs do with the service's name as profiler label, which the
// goroutines started within inherit.
func labelled(e *entry, do func()) {
	pprof.Do(context.Background(), pprof.Labels("service", e.name), func(context.Context) { do() })
}
