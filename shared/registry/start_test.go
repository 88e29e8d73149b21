package registry_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Every test runs in a synctest bubble, which has its own clock and fails if a
// goroutine is left when the test is over.

var errBoom = errors.New("boom")

// Promise 1: services start in order, each after the last has returned.
func TestOrderOfStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		slow := recorded(&j, "alpha")
		slow.start = func() {
			pass(registry.StartGrace / 2)
			j.add("start alpha")
		}
		r, _ := newRegistry(t, &alpha{slow}, &gamma{recorded(&j, "gamma")}, &beta{recorded(&j, "beta")})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		j.expect(t, "start alpha", "start gamma", "start beta")
	})
}

// Promise 1: a Start that does not return is named, and holds nobody up for
// longer than its grace. Stop ends it, and its end is waited for.
func TestGraceForBlockingStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		quit := make(chan struct{})
		blocking := &alpha{fake{
			start: func() { <-quit; pass(time.Second); j.add("alpha returns") },
			stop:  func() error { close(quit); j.add("stop alpha"); return nil },
		}}
		r, hook := newRegistry(t, blocking, &beta{recorded(&j, "beta")})

		began := time.Now()
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != registry.StartGrace {
			t.Errorf("StartAll took %v, want the grace of %v", took, registry.StartGrace)
		}
		if entry := logged(t, hook, alphaName, "grace"); entry.Level != logrus.WarnLevel {
			t.Errorf("blocking Start logged at %v", entry.Level)
		}
		if infos := r.Infos(); infos[0].State != registry.Starting || infos[1].State != registry.Serving {
			t.Errorf("states %v and %v, want starting and serving", infos[0].State, infos[1].State)
		}
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
		j.expect(t, "start beta", "stop beta", "stop alpha", "alpha returns")
	})
}

// Promise 2: a failed start stops everything in reverse, also what was not
// started yet.
func TestRollbackOfFailedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		broken := recorded(&j, "beta")
		broken.start = func() { panic(errBoom) }
		r, hook := newRegistry(t, &alpha{recorded(&j, "alpha")}, &beta{broken}, &gamma{recorded(&j, "gamma")})

		err := r.StartAll()
		expectServiceError(t, err, betaName, "start", errBoom)
		j.expect(t, "start alpha", "stop gamma", "stop beta", "stop alpha")

		// A caller that ignored StartAll's error learns of it all the same.
		expectServiceError(t, <-r.Failed(), betaName, "start", errBoom)
		if again := r.StartAll(); again.Error() != err.Error() {
			t.Errorf("second StartAll: %v, want %v", again, err)
		}
		if status := r.Infos()[1].Status; !errors.Is(status, registry.ErrFailed) || !errors.Is(status, errBoom) {
			t.Errorf("status after panic in Start: %v", status)
		}
		if stack := logged(t, hook, betaName, "stack").Data["stack"].(string); !strings.Contains(stack, "TestRollbackOfFailedStart") {
			t.Errorf("stack does not show the Start that panicked:\n%s", stack)
		}
	})
}

// Promise 2: errors of the rollback are not lost.
func TestRollbackJoinsStopErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errStop := errors.New("stuck valve")
		r, _ := newRegistry(t,
			&alpha{fake{stop: func() error { return errStop }}},
			&beta{fake{start: func() { panic("boom") }}})
		err := r.StartAll()
		if !errors.Is(err, errStop) || !strings.Contains(err.Error(), betaName+": start: panic: boom") {
			t.Errorf("StartAll: %v", err)
		}
	})
}

// Promise 3: a failure that is there when a Start has returned is a failed
// start, even that of a service started before.
func TestFailureDuringStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		service := &failing{fake: recorded(&j, "failing"), failed: make(chan error, 1)}
		r, _ := newRegistry(t, service,
			&alpha{fake{start: func() { service.failed <- errBoom }}},
			&beta{recorded(&j, "beta")})
		expectServiceError(t, r.StartAll(), "registry_test.failing", "run", errBoom)
		j.expect(t, "start failing", "stop beta", "stop failing")
	})
}

// Promise 3: a failure of a running service is forwarded by name, once.
func TestFailureForwarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &failing{failed: make(chan error, 1)}
		r, _ := newRegistry(t, service, &alpha{})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-r.Failed():
			t.Fatalf("failure before there was one: %v", err)
		case <-time.After(time.Hour):
		}
		service.failed <- errBoom
		expectServiceError(t, <-r.Failed(), "registry_test.failing", "run", errBoom)
		if info := r.Infos()[0]; info.State != registry.Failed || !errors.Is(info.Status, errBoom) {
			t.Errorf("status after failure: %v, %v", info.State, info.Status)
		}
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
		if info := r.Infos()[0]; info.State != registry.Failed {
			t.Errorf("a failed service is %q after StopAll, its failure is forgotten", info.State)
		}
	})
}

// Promise 3: only the first failure is forwarded; nobody has to read it.
func TestFirstFailureCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &failing{failed: make(chan error, 1)}
		r, _ := newRegistry(t, service, &alpha{fake{start: func() {
			pass(time.Minute) // long past its grace
			panic("second")
		}}})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		service.failed <- errBoom
		pass(time.Hour)
		if info := r.Infos()[1]; info.State != registry.Failed {
			t.Errorf("a late panic in Start leaves the service %q", info.State)
		}
		expectServiceError(t, <-r.Failed(), "registry_test.failing", "run", errBoom)
		select {
		case err := <-r.Failed():
			t.Errorf("second failure forwarded: %v", err)
		default:
		}
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
	})
}

// Promise 3: a Start that panics after its grace fails the running process.
func TestLatePanicInStartForwarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newRegistry(t, &alpha{fake{start: func() {
			pass(time.Minute)
			panic(errBoom)
		}}})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		expectServiceError(t, <-r.Failed(), alphaName, "start", errBoom)
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
	})
}

// A service that closes its channel, or has none, does not fail.
func TestClosedFailureChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan error)
		close(closed)
		type silent struct{ failing }
		r, _ := newRegistry(t, &failing{failed: closed}, &silent{})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if info := r.Infos()[0]; info.State != registry.Serving {
			t.Errorf("state %q, want serving", info.State)
		}
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDoubleStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, _ := newRegistry(t, &alpha{recorded(&j, "alpha")})
		for range 2 {
			if err := r.StartAll(); err != nil {
				t.Fatal(err)
			}
		}
		j.expect(t, "start alpha")
	})
}

// The published pattern calls both without looking at their errors.
func TestBareCallsCompile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r := registry.NewServiceRegistry(quiet())
		if err := r.RegisterService(&alpha{recorded(&j, "alpha")}); err != nil {
			t.Fatal(err)
		}
		r.StartAll()
		r.StopAll()
		j.expect(t, "start alpha", "stop alpha")
	})
}

func quiet() registry.Option {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return registry.WithLogger(log)
}

func expectServiceError(t *testing.T, err error, service, op string, cause error) {
	t.Helper()
	var e *registry.ServiceError
	if !errors.As(err, &e) || e.Service != service || e.Op != op || !errors.Is(e, cause) {
		t.Fatalf("got error %v, want %s: %s: %v", err, service, op, cause)
	}
	if !strings.HasPrefix(err.Error(), service+": "+op+": ") {
		t.Errorf("error %q does not begin with the service and what it was doing", err)
	}
}
