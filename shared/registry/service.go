package registry

import (
	"errors"
	"fmt"
	"time"
)

// Service is one long-running part of the process.
type Service interface {
	// Start launches the service's work and returns. What can fail belongs in
	// the constructor; what fails later is told through Status and [Failer].
	Start()
	// Stop ends the service, releases what it holds and returns when all its
	// goroutines have ended. It must be safe without Start, and while a slow
	// Start is still running.
	Stop() error
	// Status is nil while the service does its work. Otherwise it says in one
	// sentence what is wrong, wrapping [ErrStarting], [ErrSyncing],
	// [ErrStopped] or [ErrFailed] where one of them applies. It is polled
	// often, from any goroutine, and must be cheap.
	Status() error
}

// Failer is implemented by a service that can fail for good while it runs. An
// error on the channel stops the whole process, so it is for what cannot be
// mended without a restart: a damaged database, not a lost peer. The registry
// asks for the channel once, at registration, and takes one error from it; the
// sender must not depend on being read (a buffer of one is right).
type Failer interface {
	Failed() <-chan error
}

// StopTimeouter is implemented by a service whose Stop may take longer than
// [DefaultStopTimeout]. It is asked once, at registration.
type StopTimeouter interface {
	StopTimeout() time.Duration
}

// What a Status may wrap. A status that wraps none of them means that the
// service is up and has something to complain about.
var (
	// ErrStarting is the status of a service that is not serving yet.
	ErrStarting = errors.New("starting")
	// ErrSyncing is the status of a service that is catching up.
	ErrSyncing = errors.New("syncing")
	// ErrStopped is the status of a service after Stop, and what StartAll
	// returns once StopAll was called.
	ErrStopped = errors.New("stopped")
	// ErrFailed is the status of a service that will not work again.
	ErrFailed = errors.New("failed")
)

// State is a service's status in one word.
type State string

// The states, from best to worst.
const (
	Serving  State = "serving"  // status nil
	Degraded State = "degraded" // a status that wraps no sentinel
	Syncing  State = "syncing"  // ErrSyncing
	Starting State = "starting" // ErrStarting
	Stopped  State = "stopped"  // ErrStopped
	Failed   State = "failed"   // ErrFailed
)

// StateOf classifies a status. Of several sentinels the worst counts.
func StateOf(status error) State {
	switch {
	case status == nil:
		return Serving
	case errors.Is(status, ErrFailed):
		return Failed
	case errors.Is(status, ErrStopped):
		return Stopped
	case errors.Is(status, ErrStarting):
		return Starting
	case errors.Is(status, ErrSyncing):
		return Syncing
	default:
		return Degraded
	}
}

// ServiceError is an error of one service: everything that the registry
// reports about a service through an error is one.
type ServiceError struct {
	Service string // name of the service, as in Info
	Op      string // what it was doing: "start", "run", "stop" or "status"
	Err     error
}

func (e *ServiceError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Service, e.Op, e.Err) }
func (e *ServiceError) Unwrap() error { return e.Err }

// PanicError is a panic caught in a Start, Stop or Status. It is an
// [ErrFailed], and wraps the panic's value too if that is an error.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

func (e *PanicError) Unwrap() []error {
	if err, ok := e.Value.(error); ok {
		return []error{ErrFailed, err}
	}
	return []error{ErrFailed}
}
