package rpc

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
)

// profiles are the CPU profile and the trace that are being written, of which a
// process can have one each.
type profiles struct {
	// mu guards the fields below.
	mu    sync.Mutex
	cpu   *os.File // nil = none
	trace *os.File // nil = none
}

func (p *profiles) startCPU(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return start(&p.cpu, path, "CPU profiling", pprof.StartCPUProfile)
}

func (p *profiles) stopCPU() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return finish(&p.cpu, "CPU profiling", pprof.StopCPUProfile)
}

func (p *profiles) startTrace(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return start(&p.trace, path, "trace", trace.Start)
}

func (p *profiles) stopTrace() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return finish(&p.trace, "trace", trace.Stop)
}

// stop ends what somebody has left running.
func (p *profiles) stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	if p.cpu != nil {
		errs = append(errs, finish(&p.cpu, "CPU profiling", pprof.StopCPUProfile))
	}
	if p.trace != nil {
		errs = append(errs, finish(&p.trace, "trace", trace.Stop))
	}
	return errors.Join(errs...)
}

func start(running **os.File, path, what string, begin func(io.Writer) error) error {
	if *running != nil {
		return fmt.Errorf("%s already in progress", what)
	}
	f, err := createFile(path)
	if err != nil {
		return err
	}
	if err := begin(f); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	*running = f
	return nil
}

func finish(running **os.File, what string, end func()) error {
	if *running == nil {
		return fmt.Errorf("%s not in progress", what)
	}
	end()
	err := (*running).Close()
	*running = nil
	return err
}

// writeProfile writes one of the profiles that the runtime always keeps.
func writeProfile(name, path string) error {
	f, err := createFile(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(f, 0), f.Close())
}

// createFile makes a file for what a client wants written. It overwrites none: the
// path is the client's, the files are the node's.
func createFile(path string) (*os.File, error) {
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		path = filepath.Join(home, path[2:])
	}
	return os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}
