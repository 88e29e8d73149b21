package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// What the linker fills in; see the Makefile.
var (
	version = unknown
	commit  = unknown
	date    = unknown
)

const unknown = "unknown"

// Exit codes. Anything but a clean end is not zero.
const (
	exitOK          = 0
	exitFailure     = 1
	exitInterrupted = 130 // by convention 128 + SIGINT: the second signal
)

func main() {
	ctx, stop := withSignals(context.Background())
	code := realMain(ctx, os.Args, os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// realMain runs one command line. What goes wrong is told in one line, or one
// per fault, unless the command has logged it already.
func realMain(ctx context.Context, args, environment []string, stdout, stderr io.Writer) int {
	err := newApp(environment, stdout, stderr).RunContext(ctx, args)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(loggedError)):
		return exitFailure
	default:
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintf(stderr, "%s: %s\n", name, strings.TrimSpace(line))
		}
		return exitFailure
	}
}

// loggedError is an error whose last log line has told it all.
type loggedError struct{ error }

func (e loggedError) Unwrap() error { return e.error }

// errSignal is the cause of a context that was cancelled by a signal.
var errSignal = errors.New("interrupted by a signal")

// echo is how soon after the first signal another one means nothing: a Ctrl-C
// reaches a process twice when its parent passes signals on, as timeout and many
// process managers do.
const echo = 200 * time.Millisecond

// withSignals returns a context that the first SIGINT or SIGTERM cancels. The
// second one ends the process on the spot: somebody has lost patience with an
// orderly stop, and the database survives it.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2) // both, if they come at once
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			cancel(fmt.Errorf("%w: %s", errSignal, s))
		case <-done:
			return
		}
		for first := time.Now(); ; {
			select {
			case <-signals:
				if time.Since(first) > echo {
					fmt.Fprintln(os.Stderr, "second signal: exiting at once")
					os.Exit(exitInterrupted)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// interrupted reports whether a signal has asked for the end.
func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errSignal) }
