package rpc

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

// profileAPI is the part of the namespace debug that shows what the process does with
// time and memory. Files are written where the client says, on the node's machine, and
// never over others.
type profileAPI struct{ *backend }

func (api *profileAPI) private(cfg Config) bool { return !cfg.Profiling }

// MemStats is debug_memStats: Go's statistics of memory.
func (api *profileAPI) MemStats() *runtime.MemStats {
	stats := new(runtime.MemStats)
	runtime.ReadMemStats(stats)
	return stats
}

// GcStats is debug_gcStats: Go's statistics of garbage collection.
func (api *profileAPI) GcStats() *debug.GCStats {
	stats := new(debug.GCStats)
	debug.ReadGCStats(stats)
	return stats
}

// FreeOSMemory is debug_freeOSMemory: it collects garbage and gives memory back to the
// system.
func (api *profileAPI) FreeOSMemory() { debug.FreeOSMemory() }

// SetGCPercent is debug_setGCPercent: by how much memory may grow before garbage is
// collected; below 0 never. The answer is what it was.
func (api *profileAPI) SetGCPercent(percent int) int { return debug.SetGCPercent(percent) }

// SetMemoryLimit is debug_setMemoryLimit: how many bytes Go tries to stay below; below 0
// only asks. The answer is what it was.
func (api *profileAPI) SetMemoryLimit(limit int64) int64 { return debug.SetMemoryLimit(limit) }

// Stacks is debug_stacks: what all goroutines are doing, or those with a text in their
// stacks.
func (api *profileAPI) Stacks(filter *string) (string, error) {
	var dump bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&dump, 2); err != nil {
		return "", err
	}
	if filter == nil {
		return dump.String(), nil
	}
	return stacksWith(dump.Bytes(), *filter), nil
}

// during waits so many seconds, or until the client is gone.
func during(ctx context.Context, seconds uint) error {
	timer := time.NewTimer(time.Duration(min(seconds, uint(maxSeconds))) * time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// CpuProfile is debug_cpuProfile: it profiles for so many seconds.
func (api *profileAPI) CpuProfile(ctx context.Context, file string, seconds uint) error { //nolint:revive // clients know it as debug_cpuProfile
	if err := api.profiles.startCPU(file); err != nil {
		return err
	}
	return errors.Join(during(ctx, seconds), api.profiles.stopCPU())
}

// StartCPUProfile is debug_startCPUProfile.
func (api *profileAPI) StartCPUProfile(file string) error { return api.profiles.startCPU(file) }

// StopCPUProfile is debug_stopCPUProfile.
func (api *profileAPI) StopCPUProfile() error { return api.profiles.stopCPU() }

// GoTrace is debug_goTrace: it traces the scheduler for so many seconds.
func (api *profileAPI) GoTrace(ctx context.Context, file string, seconds uint) error {
	if err := api.profiles.startTrace(file); err != nil {
		return err
	}
	return errors.Join(during(ctx, seconds), api.profiles.stopTrace())
}

// StartGoTrace is debug_startGoTrace.
func (api *profileAPI) StartGoTrace(file string) error { return api.profiles.startTrace(file) }

// StopGoTrace is debug_stopGoTrace.
func (api *profileAPI) StopGoTrace() error { return api.profiles.stopTrace() }

// BlockProfile is debug_blockProfile: where goroutines wait, from so many seconds.
func (api *profileAPI) BlockProfile(ctx context.Context, file string, seconds uint) error {
	runtime.SetBlockProfileRate(1)
	defer runtime.SetBlockProfileRate(0)
	return errors.Join(during(ctx, seconds), writeProfile("block", file))
}

// SetBlockProfileRate is debug_setBlockProfileRate: nanoseconds of waiting of which one
// is recorded; 0 for none.
func (api *profileAPI) SetBlockProfileRate(rate int) { runtime.SetBlockProfileRate(rate) }

// WriteBlockProfile is debug_writeBlockProfile: what was recorded so far.
func (api *profileAPI) WriteBlockProfile(file string) error { return writeProfile("block", file) }

// MutexProfile is debug_mutexProfile: where goroutines wait for locks, from so many
// seconds.
func (api *profileAPI) MutexProfile(ctx context.Context, file string, seconds uint) error {
	runtime.SetMutexProfileFraction(1)
	defer runtime.SetMutexProfileFraction(0)
	return errors.Join(during(ctx, seconds), writeProfile("mutex", file))
}

// SetMutexProfileFraction is debug_setMutexProfileFraction: one of how many waits is
// recorded; 0 for none.
func (api *profileAPI) SetMutexProfileFraction(rate int) { runtime.SetMutexProfileFraction(rate) }

// WriteMutexProfile is debug_writeMutexProfile: what was recorded so far.
func (api *profileAPI) WriteMutexProfile(file string) error { return writeProfile("mutex", file) }

// WriteMemProfile is debug_writeMemProfile: where memory was allocated.
func (api *profileAPI) WriteMemProfile(file string) error { return writeProfile("heap", file) }
