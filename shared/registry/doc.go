// Package registry runs the long-lived parts of a process.
//
// Each part is a [Service]. The [ServiceRegistry] owns their order and nothing
// else: it starts them in the order of registration, which is therefore the
// order of dependency, stops them in reverse, polls their health, and hands
// one service to another by its type. It knows nothing of blockchains and is
// the only thing that cmd/node keeps.
//
// # Life of a service
//
//	  New(cfg)          Start()          Stop()
//	──────────► held ──────────► serving ──────► stopped
//	  acquires         launches    │       waits
//	  or fails         and returns │
//	                               └──► failed: the node stops everything
//
// A constructor acquires resources and returns an error. Start launches work
// and returns. Stop ends all that the service launched or acquired, and
// returns when it has ended; it is called once, even if Start never was.
// Status says in a sentence what is wrong.
//
// # Promises
//
//  1. Order: StartAll waits for each Start before it calls the next. A Start
//     that outlasts [StartGrace] is named in the log and left to run, so that
//     it cannot hold the others.
//  2. Rollback: a start that fails stops everything, in reverse.
//  3. Failure: the first service to fail, now or in a year, is named on
//     [ServiceRegistry.Failed]. Nothing is restarted.
//  4. Stopping: StopAll visits every service once, each under its own
//     deadline. One that errs, panics or hangs does not keep the rest from
//     being stopped.
//  5. Panics in Start, Stop and Status become errors that name the service.
//     Goroutines of a service's own crash the process, as they should.
//  6. Health: [ServiceRegistry.Infos] and Statuses never hold a lock while
//     they ask a service.
//  7. Injection: FetchService and [Fetch] find a service by its concrete type
//     or by an interface that it alone implements, and say why when they
//     cannot.
//  8. Dependencies: [Info] names what each service was built from, which the
//     registry knows from what was fetched before its registration.
//
// Each has a test of that name.
//
// # Goroutines
//
// One per Start and per Stop, which end with the call; one per [Failer], which
// StopAll ends. Goroutines carry the profiler label "service", and so do those
// that a Start launches: a CPU profile of the process can be read by service.
package registry
