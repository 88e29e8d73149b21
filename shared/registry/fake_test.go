package registry_test

import (
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/monolith-chain/monolith/shared/registry"
)

// fake is a service made of functions; those left nil do nothing.
type fake struct {
	start        func()
	stop, status func() error
}

func (f *fake) Start() {
	if f.start != nil {
		f.start()
	}
}

func (f *fake) Stop() error {
	if f.stop != nil {
		return f.stop()
	}
	return nil
}

func (f *fake) Status() error {
	if f.status != nil {
		return f.status()
	}
	return nil
}

// Three types, since a registry holds one service of each.
type (
	alpha struct{ fake }
	beta  struct{ fake }
	gamma struct{ fake }
)

const (
	alphaName = "registry_test.alpha"
	betaName  = "registry_test.beta"
	gammaName = "registry_test.gamma"
)

// failing is a service that can report a failure.
type failing struct {
	fake
	failed chan error
}

func (f *failing) Failed() <-chan error { return f.failed }

// patient is a service with a stop timeout of its own.
type patient struct {
	fake
	timeout time.Duration
}

func (p *patient) StopTimeout() time.Duration { return p.timeout }

// journal collects what happened, in order.
type journal struct {
	mu     sync.Mutex
	events []string
}

func (j *journal) add(event string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, event)
}

func (j *journal) expect(t *testing.T, want ...string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Equal(j.events, want) {
		t.Fatalf("events:\n got %q\nwant %q", j.events, want)
	}
}

// recorded is a fake that writes its calls into the journal.
func recorded(j *journal, name string) fake {
	return fake{
		start: func() { j.add("start " + name) },
		stop:  func() error { j.add("stop " + name); return nil },
	}
}

// newRegistry returns a registry of these services and what it logs.
func newRegistry(t *testing.T, services ...registry.Service) (*registry.ServiceRegistry, *logtest.Hook) {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	hook := logtest.NewLocal(log)
	r := registry.NewServiceRegistry(registry.WithLogger(log))
	for _, service := range services {
		if err := r.RegisterService(service); err != nil {
			t.Fatal(err)
		}
	}
	return r, hook
}

// logged returns the entry about a service that has this field.
func logged(t *testing.T, hook *logtest.Hook, service, field string) *logrus.Entry {
	t.Helper()
	for _, entry := range hook.AllEntries() {
		if _, ok := entry.Data[field]; ok && entry.Data["service"] == service {
			return entry
		}
	}
	t.Fatalf("no log entry about %s with field %q", service, field)
	return nil
}

// pass lets so much time go by on the bubble's clock.
func pass(d time.Duration) { <-time.After(d) }
