package registry_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Promise 5: a panic in Status is that service's status, logged once however
// often it is polled.
func TestPanicInStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, hook := newRegistry(t, &alpha{fake{status: func() error { panic(errBoom) }}}, &beta{})
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			statuses := r.Statuses()
			expectServiceError(t, statuses[reflect.TypeFor[*alpha]()], alphaName, "status", errBoom)
			if err := statuses[reflect.TypeFor[*beta]()]; err != nil {
				t.Errorf("a neighbour's status: %v", err)
			}
		}
		count := 0
		for _, entry := range hook.AllEntries() {
			if entry.Data["stack"] != nil {
				count++
			}
		}
		if count != 1 {
			t.Errorf("panic logged %d times, want once", count)
		}
	})
}

// Promise 6: nil while serving, otherwise what the service says, under the
// states that the registry knows better.
func TestStatusThroughLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var says atomic.Pointer[error]
		service := &alpha{fake{status: func() error {
			if err := says.Load(); err != nil {
				return *err
			}
			return nil
		}}}
		r, _ := newRegistry(t, service)
		expect := func(state registry.State, status error, since time.Time) {
			t.Helper()
			info := r.Infos()[0]
			if info.Name != alphaName || info.State != state || !errors.Is(info.Status, status) || !info.Since.Equal(since) {
				t.Errorf("got %+v, want %s, %v since %v", info, state, status, since)
			}
			if got := r.Statuses()[reflect.TypeFor[*alpha]()]; !errors.Is(got, status) {
				t.Errorf("Statuses: %v, want %v", got, status)
			}
		}
		say := func(err error) { says.Store(&err) }

		registered := time.Now()
		expect(registry.Starting, registry.ErrStarting, registered)

		pass(time.Second)
		if err := r.StartAll(); err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		pass(time.Minute)
		expect(registry.Serving, nil, started) // though nobody asked for a minute

		syncing := time.Now()
		for block := range 3 {
			say(fmt.Errorf("%w: block %d of 3", registry.ErrSyncing, block))
			expect(registry.Syncing, registry.ErrSyncing, syncing) // one state, whatever the figures
			pass(time.Second)
		}

		say(errBoom)
		expect(registry.Degraded, errBoom, time.Now())

		if err := r.StopAll(); err != nil {
			t.Fatal(err)
		}
		expect(registry.Stopped, registry.ErrStopped, time.Now())
	})
}

func TestStateOf(t *testing.T) {
	wrap := func(errs ...error) error { return fmt.Errorf("chain: %w", errors.Join(errs...)) }
	for _, test := range []struct {
		status error
		want   registry.State
	}{
		{nil, registry.Serving},
		{errBoom, registry.Degraded},
		{wrap(registry.ErrSyncing, errBoom), registry.Syncing},
		{wrap(registry.ErrStarting), registry.Starting},
		{wrap(registry.ErrStopped), registry.Stopped},
		{wrap(registry.ErrSyncing, registry.ErrFailed), registry.Failed},
		{&registry.PanicError{Value: "boom"}, registry.Failed},
	} {
		if got := registry.StateOf(test.status); got != test.want {
			t.Errorf("StateOf(%v) = %q, want %q", test.status, got, test.want)
		}
	}
}

// Promise 6: a Status may use the registry, and a slow one holds up nobody but
// the caller who polls.
func TestStatusPolledOutsideLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *registry.ServiceRegistry
		r, _ = newRegistry(t, &beta{}, &alpha{fake{status: func() error {
			pass(time.Hour)
			_, err := registry.Fetch[*beta](r)
			return err
		}}})
		go r.Statuses()
		synctest.Wait() // the poll is asleep in Status
		began := time.Now()
		if err := r.RegisterService(&gamma{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("registration waited %v for a Status", took)
		}
		pass(2 * time.Hour)
	})
}

// Promise 8: a service depends on what was fetched since the registration before
// its own, by whatever way, once each and in order.
func TestDependencies(t *testing.T) {
	r, _ := newRegistry(t, &counting{}, &alpha{})
	fetch := func(targets ...any) {
		t.Helper()
		for _, target := range targets {
			if err := r.FetchService(target); err != nil {
				t.Fatal(err)
			}
		}
	}
	register := func(service registry.Service) {
		t.Helper()
		if err := r.RegisterService(service); err != nil {
			t.Fatal(err)
		}
	}

	fetch(new(*alpha), new(counter), new(*counting))
	if err := r.FetchService(new(*gamma)); err == nil {
		t.Error("fetched what is not there")
	}
	register(&beta{})
	register(&gamma{}) // of nothing
	fetch(new(*beta))
	if err := r.RegisterService(&beta{}); err == nil { // takes its fetches with it
		t.Error("registered twice")
	}
	if _, err := registry.Fetch[*gamma](r); err != nil {
		t.Fatal(err)
	}
	register(&patient{})
	if err := r.StartAll(); err != nil {
		t.Fatal(err)
	}
	fetch(new(*alpha)) // for no service any more

	want := [][]string{nil, nil, {"registry_test.counting", alphaName}, nil, {gammaName}}
	for i, info := range r.Infos() {
		if !slices.Equal(info.DependsOn, want[i]) {
			t.Errorf("%s depends on %q, want %q", info.Name, info.DependsOn, want[i])
		}
	}
	if err := r.StopAll(); err != nil {
		t.Error(err)
	}
}
