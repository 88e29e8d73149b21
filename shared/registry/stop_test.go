package registry_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Promise 4: services stop in reverse order.
func TestOrderOfStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, _ := newRegistry(t,
			&alpha{recorded(&j, "alpha")}, &gamma{recorded(&j, "gamma")}, &beta{recorded(&j, "beta")})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
		j.expect(t, "start alpha", "start gamma", "start beta", "stop beta", "stop gamma", "stop alpha")
	})
}

// Promise 4: one failing Stop, or two, keep nobody from being stopped.
func TestFailingStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		errFlush := errors.New("flush failed")
		r, _ := newRegistry(t,
			&alpha{recorded(&j, "alpha")},
			&beta{fake{stop: func() error { return errFlush }}},
			&gamma{fake{stop: func() error { return errBoom }}})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		err := r.StopAll()
		j.expect(t, "start alpha", "stop alpha")
		if !errors.Is(err, errFlush) || !errors.Is(err, errBoom) {
			t.Errorf("StopAll lost an error: %v", err)
		}
		if want := gammaName + ": stop: boom\n" + betaName + ": stop: flush failed"; err.Error() != want {
			t.Errorf("got error %q, want %q", err, want)
		}
	})
}

// Promise 4: a hanging Stop is reported by name and with stacks, at its
// deadline; the rest are stopped.
func TestHangingStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		release := make(chan struct{})
		r, hook := newRegistry(t,
			&alpha{recorded(&j, "alpha")},
			&beta{fake{stop: func() error { hangHere(release); return nil }}},
			&gamma{recorded(&j, "gamma")})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		expectServiceError(t, r.StopAll(), betaName, "stop", registry.ErrStopTimeout)
		if took := time.Since(began); took != registry.DefaultStopTimeout {
			t.Errorf("StopAll took %v, want %v", took, registry.DefaultStopTimeout)
		}
		j.expect(t, "start alpha", "start gamma", "stop gamma", "stop alpha")
		if stacks := logged(t, hook, betaName, "stack").Data["stack"].(string); !strings.Contains(stacks, "hangHere") {
			t.Errorf("stacks do not show where the service hangs:\n%s", stacks)
		}
		close(release)
	})
}

func hangHere(release chan struct{}) { <-release }

// Promise 4: a service can have a deadline of its own, longer or shorter.
func TestStopTimeouter(t *testing.T) {
	for _, test := range []struct{ timeout, takes, want time.Duration }{
		{timeout: time.Minute, takes: 59 * time.Second, want: 59 * time.Second},
		{timeout: time.Minute, takes: 61 * time.Second, want: time.Minute},
		{timeout: time.Second, takes: 2 * time.Second, want: time.Second},
		{timeout: 0, takes: time.Minute, want: registry.DefaultStopTimeout},
		{timeout: -1, takes: time.Minute, want: registry.DefaultStopTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := newRegistry(t, &patient{
				fake:    fake{stop: func() error { pass(test.takes); return nil }},
				timeout: test.timeout,
			})
			began := time.Now()
			err := r.StopAll()
			if took := time.Since(began); took != test.want {
				t.Errorf("timeout %v, Stop takes %v: StopAll took %v, want %v", test.timeout, test.takes, took, test.want)
			}
			if late := test.takes > test.want; errors.Is(err, registry.ErrStopTimeout) != late {
				t.Errorf("timeout %v, Stop takes %v: error %v", test.timeout, test.takes, err)
			}
			pass(time.Hour) // let the late Stop end
		})
	}
}

// Promise 4: every registered service is stopped, started or not.
func TestStopWithoutStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, _ := newRegistry(t, &alpha{recorded(&j, "alpha")}, &beta{recorded(&j, "beta")})
		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
		if err := r.StartAll(); !errors.Is(err, registry.ErrStopped) {
			t.Errorf("StartAll after StopAll: %v, want %v", err, registry.ErrStopped)
		}
		j.expect(t, "stop beta", "stop alpha")
	})
}

// Promise 4: once, and the second caller learns what the first one did.
func TestDoubleStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, _ := newRegistry(t, &alpha{fake{stop: func() error {
			pass(time.Second)
			j.add("stop alpha")
			return errBoom
		}}})
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				if err := r.StopAll(); !errors.Is(err, errBoom) {
					t.Errorf("StopAll: %v", err)
				}
			})
		}
		callers.Wait()
		j.expect(t, "stop alpha")
	})
}

// An interrupt while the services are starting: no further one is started, and
// StartAll returns when all are stopped.
func TestStopDuringStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		slow := recorded(&j, "alpha")
		slow.start = func() { pass(registry.StartGrace / 2); j.add("start alpha") }
		r, _ := newRegistry(t, &alpha{slow}, &beta{recorded(&j, "beta")})
		go func() {
			pass(registry.StartGrace / 4)
			if err := r.StopAll(); err != nil {
				t.Error(err)
			}
		}()
		if err := r.StartAll(); !errors.Is(err, registry.ErrStopped) {
			t.Errorf("StartAll: %v, want %v", err, registry.ErrStopped)
		}
		j.expect(t, "stop beta", "stop alpha", "start alpha")
	})
}

// Promise 5: a panic in Stop is an error of that service and no more.
func TestPanicInStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, hook := newRegistry(t,
			&alpha{recorded(&j, "alpha")},
			&beta{fake{stop: func() error { panic(errBoom) }}})
		expectServiceError(t, r.StopAll(), betaName, "stop", errBoom)
		j.expect(t, "stop alpha")
		logged(t, hook, betaName, "stack")
	})
}
