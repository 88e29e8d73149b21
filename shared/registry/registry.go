package registry

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// Why a registration or an injection was refused.
var (
	// ErrDuplicate: a service of this concrete type is registered already.
	ErrDuplicate = errors.New("already registered")
	// ErrLate: StartAll or StopAll was called before this registration.
	ErrLate = errors.New("too late to register a service")
	// ErrTarget: what should be filled is not a variable's address.
	ErrTarget = errors.New("target must be a non-nil pointer to a variable")
	// ErrUnknown: no registered service has this type.
	ErrUnknown = errors.New("no such service")
	// ErrAmbiguous: several registered services implement this interface.
	ErrAmbiguous = errors.New("several services implement it")
)

// ServiceRegistry holds the services of a process in order. Its methods may be
// called from any goroutine.
type ServiceRegistry struct {
	log    logrus.FieldLogger
	failed chan error // the first failure; see Failed

	starting *once         // StartAll
	stopping *once         // StopAll
	halt     chan struct{} // closed when StopAll begins

	// launching is held while services are started, and then while they are
	// stopped. It is a channel, not a mutex, for the reason given at type once.
	launching chan struct{}
	watchers  sync.WaitGroup // one goroutine per Failer

	// mu guards the fields below and the mutable ones of every entry. No method
	// of a service is called under it.
	mu      sync.RWMutex
	entries []*entry // in order of registration
	byType  map[reflect.Type]*entry
	fetched map[*entry]bool // since the last registration, for the next one's Info
	sealed  bool            // no further registrations
}

// entry is one registered service.
type entry struct {
	service     Service
	name        string
	failed      <-chan error // nil unless the service is a Failer
	stopTimeout time.Duration
	dependsOn   []string // as in Info

	returned    chan struct{} // made at launch, closed when Start has returned; guarded by launching
	statusPanic sync.Once     // a Status that panics is logged once, not at every poll

	// Guarded by the registry's mu.
	started bool      // Start has returned
	stopped bool      // Stop has been called
	failure error     // why the service failed: a *ServiceError that wraps ErrFailed
	state   State     // as last seen
	since   time.Time // when that state was first seen
}

// Option changes how a registry is made.
type Option func(*ServiceRegistry)

// WithLogger sets where the registry logs.
func WithLogger(log logrus.FieldLogger) Option {
	return func(r *ServiceRegistry) { r.log = log }
}

// NewServiceRegistry returns an empty registry.
//
// Without [WithLogger] it logs to logrus' standard logger. That is a global,
// but the published API has no parameter for a logger, and a registry that
// hides a panic or a hung service would be worse.
func NewServiceRegistry(options ...Option) *ServiceRegistry {
	r := &ServiceRegistry{
		log:       logrus.StandardLogger(),
		failed:    make(chan error, 1), // holds the first failure until somebody asks
		starting:  newOnce(),
		stopping:  newOnce(),
		halt:      make(chan struct{}),
		launching: make(chan struct{}, 1), // one holder
		byType:    make(map[reflect.Type]*entry),
		fetched:   make(map[*entry]bool),
	}
	for _, option := range options {
		option(r)
	}
	return r
}

// RegisterService adds a service behind those already registered. There can be
// one service of each concrete type ([ErrDuplicate]), and none can be added
// once StartAll or StopAll was called ([ErrLate]).
//
// What was fetched since the registration before is what this service was built
// from: it becomes [Info].DependsOn. So whoever builds several services should build
// and register one after the other.
func (r *ServiceRegistry) RegisterService(service Service) error {
	if v := reflect.ValueOf(service); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("register service: service is nil")
	}
	typ := reflect.TypeOf(service)
	e := &entry{
		service:     service,
		name:        nameOf(typ),
		stopTimeout: DefaultStopTimeout,
		state:       Starting,
		since:       time.Now(),
	}
	if s, ok := service.(Failer); ok {
		e.failed = s.Failed()
	}
	if s, ok := service.(StopTimeouter); ok && s.StopTimeout() > 0 {
		e.stopTimeout = s.StopTimeout()
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sealed {
		return fmt.Errorf("register service %s: %w", e.name, ErrLate)
	}
	fetched := r.fetched
	r.fetched = make(map[*entry]bool) // also if it is refused: they were for this one
	if _, exists := r.byType[typ]; exists {
		return fmt.Errorf("register service %s: %v is %w", e.name, typ, ErrDuplicate)
	}
	for _, other := range r.entries {
		if fetched[other] {
			e.dependsOn = append(e.dependsOn, other.name)
		}
	}
	r.entries = append(r.entries, e)
	r.byType[typ] = e
	return nil
}

// FetchService fills the variable that target points to with a registered
// service: the one of exactly that type or, if it is an interface, the one
// service that implements it.
//
//	var store *db.Service
//	err := r.FetchService(&store)
//
// Errors wrap [ErrTarget], [ErrUnknown] or [ErrAmbiguous].
func (r *ServiceRegistry) FetchService(target any) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("fetch service: %w, not %T", ErrTarget, target)
	}
	typ := v.Elem().Type()

	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.matching(typ)
	switch len(found) {
	case 1:
		if !r.sealed {
			r.fetched[found[0]] = true
		}
		v.Elem().Set(reflect.ValueOf(found[0].service))
		return nil
	case 0:
		return fmt.Errorf("fetch service %v: %w among %v", typ, ErrUnknown, names(r.entries))
	default:
		return fmt.Errorf("fetch service %v: %w: %v", typ, ErrAmbiguous, names(found))
	}
}

// Fetch is FetchService for an expression: Fetch[*db.Service](r).
func Fetch[T any](r *ServiceRegistry) (T, error) {
	var service T
	err := r.FetchService(&service)
	return service, err
}

// matching returns the one service of a concrete type, or all that implement an
// interface. mu is held.
func (r *ServiceRegistry) matching(typ reflect.Type) (found []*entry) {
	if e, ok := r.byType[typ]; ok {
		return []*entry{e}
	}
	if typ.Kind() != reflect.Interface {
		return nil
	}
	for _, e := range r.entries {
		if reflect.TypeOf(e.service).Implements(typ) {
			found = append(found, e)
		}
	}
	return found
}

// seal ends registration and returns the services in order.
func (r *ServiceRegistry) seal() []*entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sealed = true
	return r.entries
}

// snapshot returns the services registered so far, in order.
func (r *ServiceRegistry) snapshot() []*entry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.entries)
}

// nameOf names a service after its package: *chain.Service is "chain". A type
// of another name keeps it: *chain.Indexer is "chain.Indexer".
func nameOf(typ reflect.Type) string {
	return strings.TrimSuffix(strings.TrimPrefix(typ.String(), "*"), ".Service")
}

func names(entries []*entry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.name
	}
	return list
}
