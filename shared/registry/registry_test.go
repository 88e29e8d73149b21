package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Service is named like the services of the other packages.
type Service struct{ fake }

// counter is what a consumer of one service might ask for.
type counter interface{ Count() int }

type counting struct{ fake }

func (*counting) Count() int { return 7 }

type alsoCounting struct{ counting }

// Promise 7: a concrete pointer finds the service of that type.
func TestFetchConcrete(t *testing.T) {
	want := &alpha{}
	r, _ := newRegistry(t, &beta{}, want, &gamma{})
	var got *alpha
	if err := r.FetchService(&got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Error("fetched another instance than the registered one")
	}
}

// Promise 7: an interface finds the one service that implements it.
func TestFetchInterface(t *testing.T) {
	r, _ := newRegistry(t, &alpha{}, &counting{})
	var got counter
	if err := r.FetchService(&got); err != nil {
		t.Fatal(err)
	}
	if got.Count() != 7 {
		t.Error("fetched something else")
	}
}

// Promise 7: the generic form does the same.
func TestFetchGeneric(t *testing.T) {
	want := &counting{}
	r, _ := newRegistry(t, &alpha{}, want)
	if got, err := registry.Fetch[*counting](r); err != nil || got != want {
		t.Errorf("Fetch[*counting] = %v, %v", got, err)
	}
	if got, err := registry.Fetch[counter](r); err != nil || got != counter(want) {
		t.Errorf("Fetch[counter] = %v, %v", got, err)
	}
	if got, err := registry.Fetch[*beta](r); !errors.Is(err, registry.ErrUnknown) || got != nil {
		t.Errorf("Fetch[*beta] = %v, %v", got, err)
	}
}

// Promise 7: nil, non-pointer, unknown and ambiguous targets are refused with
// a reason, and left alone.
func TestFetchRefused(t *testing.T) {
	r, _ := newRegistry(t, &alpha{}, &counting{}, &alsoCounting{})
	for name, test := range map[string]struct {
		target any
		want   error
		text   string
	}{
		"nil":                    {nil, registry.ErrTarget, "<nil>"},
		"nil pointer":            {(**alpha)(nil), registry.ErrTarget, "**registry_test.alpha"},
		"non-pointer":            {alpha{}, registry.ErrTarget, "registry_test.alpha"},
		"unknown pointer":        {new(*beta), registry.ErrUnknown, alphaName},
		"unknown interface":      {new(fmt.Stringer), registry.ErrUnknown, "fmt.Stringer"},
		"value, not pointer":     {new(alpha), registry.ErrUnknown, "registry_test.alpha"},
		"ambiguous interface":    {new(counter), registry.ErrAmbiguous, "registry_test.counting registry_test.alsoCounting"},
		"everything's interface": {new(registry.Service), registry.ErrAmbiguous, alphaName},
	} {
		t.Run(name, func(t *testing.T) {
			err := r.FetchService(test.target)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got error %v, want %v with %q", err, test.want, test.text)
			}
			if p, ok := test.target.(*counter); ok && *p != nil {
				t.Error("an ambiguous target was filled")
			}
		})
	}
}

func TestRegisterDuplicate(t *testing.T) {
	r, _ := newRegistry(t, &alpha{})
	if err := r.RegisterService(&alpha{}); !errors.Is(err, registry.ErrDuplicate) || !strings.Contains(err.Error(), alphaName) {
		t.Errorf("second registration: %v, want %v", err, registry.ErrDuplicate)
	}
	if n := len(r.Infos()); n != 1 {
		t.Errorf("%d services after a refused registration", n)
	}
}

func TestRegisterNil(t *testing.T) {
	r, _ := newRegistry(t)
	for _, service := range []registry.Service{nil, (*alpha)(nil)} {
		if err := r.RegisterService(service); err == nil {
			t.Errorf("%#v was registered", service)
		}
	}
}

func TestRegisterLate(t *testing.T) {
	for name, begin := range map[string]func(*registry.ServiceRegistry) error{
		"after start": (*registry.ServiceRegistry).StartAll,
		"after stop":  (*registry.ServiceRegistry).StopAll,
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRegistry(t, &alpha{})
			if err := begin(r); err != nil {
				t.Fatal(err)
			}
			if err := r.RegisterService(&beta{}); !errors.Is(err, registry.ErrLate) {
				t.Errorf("got error %v, want %v", err, registry.ErrLate)
			}
			if _, err := registry.Fetch[*alpha](r); err != nil {
				t.Errorf("fetching must still work: %v", err)
			}
		})
	}
}

// A registered service is named after its package.
func TestNames(t *testing.T) {
	r, _ := newRegistry(t, &Service{}, &alpha{})
	infos := r.Infos()
	if infos[0].Name != "registry_test" || infos[1].Name != alphaName {
		t.Errorf("names %q and %q", infos[0].Name, infos[1].Name)
	}
}

func TestEmptyRegistry(t *testing.T) {
	r, _ := newRegistry(t)
	if err := errors.Join(r.StartAll(), r.StopAll()); err != nil {
		t.Error(err)
	}
}

// Everything at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &failing{failed: make(chan error, 1)}
		r, _ := newRegistry(t, &alpha{fake{start: func() { pass(time.Millisecond) }}}, service)
		var callers sync.WaitGroup
		for range 8 {
			for _, call := range []func(){
				func() { _ = r.RegisterService(&beta{}) },
				func() { _ = r.StartAll() },
				func() { _ = r.Infos() },
				func() { _ = r.Statuses() },
				func() { _, _ = registry.Fetch[*alpha](r) },
				func() { _, _ = registry.Fetch[registry.Failer](r) },
				func() {
					select {
					case service.failed <- errBoom:
					default:
					}
				},
				func() { _ = r.StopAll() },
			} {
				callers.Go(func() {
					for range 20 {
						call()
					}
				})
			}
		}
		callers.Wait()
		if err := r.StopAll(); err != nil {
			t.Error(err)
		}
	})
}
