package registry

import (
	"errors"
	"reflect"
	"slices"
	"time"
)

// Info describes one service for health checks and for people.
type Info struct {
	Name   string // its package: "chain"
	State  State
	Status error     // nil while it serves
	Since  time.Time // when the registry first saw this State

	// DependsOn names the services that this one was built from, in order of
	// registration: those fetched between the registration before it and its own.
	DependsOn []string
}

// Infos polls every service and describes them in order of registration.
func (r *ServiceRegistry) Infos() []Info {
	entries := r.snapshot()
	infos := make([]Info, len(entries))
	for i, e := range entries {
		infos[i] = r.observe(e)
	}
	return infos
}

// Statuses polls every service and returns each one's status by its type.
func (r *ServiceRegistry) Statuses() map[reflect.Type]error {
	statuses := make(map[reflect.Type]error)
	for _, e := range r.snapshot() {
		statuses[reflect.TypeOf(e.service)] = r.observe(e).Status
	}
	return statuses
}

// observe polls a service and notes when its state changed.
func (r *ServiceRegistry) observe(e *entry) Info {
	status := r.status(e)
	r.mu.Lock()
	defer r.mu.Unlock()
	if state := StateOf(status); state != e.state {
		e.state, e.since = state, time.Now()
	}
	return Info{Name: e.name, State: e.state, Status: status, Since: e.since, DependsOn: slices.Clone(e.dependsOn)}
}

// status is what the service says of itself, unless the registry knows better:
// a failed or stopped service is not asked, and one whose Start has not
// returned cannot be serving.
func (r *ServiceRegistry) status(e *entry) error {
	r.mu.RLock()
	started, stopped, failure := e.started, e.stopped, e.failure
	r.mu.RUnlock()

	switch {
	case failure != nil:
		return failure
	case stopped:
		return ErrStopped
	}
	err := guard(e.service.Status)
	if p, ok := errors.AsType[*PanicError](err); ok {
		err = &ServiceError{Service: e.name, Op: "status", Err: p}
		e.statusPanic.Do(func() { logError(r.log.WithField("service", e.name), err, "Service status panicked") })
	}
	if err == nil && !started {
		return ErrStarting
	}
	return err
}
