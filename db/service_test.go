package db

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/sirupsen/logrus"
	"github.com/syndtr/goleveldb/leveldb"
)

func TestLifecycle(t *testing.T) {
	t.Run("stop before start", func(t *testing.T) {
		s, err := New(diskConfig(t.TempDir()))
		must(t, err)
		must(t, s.Stop())
		s.Start()
		must(t, s.Stop())
		wantError(t, s.Status(), registry.ErrStopped)
	})
	t.Run("start and stop twice", func(t *testing.T) {
		s, err := New(diskConfig(t.TempDir()))
		must(t, err)
		s.Start()
		s.Start()
		must(t, s.Status())
		must(t, s.Stop())
		must(t, s.Stop())
	})
	t.Run("in a registry", func(t *testing.T) {
		s, err := New(diskConfig(t.TempDir()))
		must(t, err)
		r := registry.NewServiceRegistry()
		must(t, r.RegisterService(s))
		must(t, r.StartAll())
		info := r.Infos()[0]
		if info.Name != "db" || info.Status != nil {
			t.Errorf("%+v", info)
		}
		must(t, r.StopAll())
	})
	t.Run("use after stop", func(t *testing.T) {
		s, err := New(diskConfig(t.TempDir()))
		must(t, err)
		must(t, s.Stop())
		wantError(t, s.Database().Put([]byte("k"), nil), leveldb.ErrClosed)
		must(t, s.Writable()) // that is no failure
	})
}

func TestDataIsThereAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, diskConfig(dir))
	writeEntries(t, s.Database(), 0, 10)
	must(t, s.Stop())
	s = open(t, diskConfig(dir))
	checkEntries(t, s.Database(), 0, 10)
}

func TestMemory(t *testing.T) {
	cfg := diskConfig("")
	cfg.Memory = true
	s := open(t, cfg)
	ancient, err := s.Database().AncientDatadir()
	must(t, err)
	if _, err := os.Stat(ancient); err != nil {
		t.Fatal(err)
	}
	writeEntries(t, s.Database(), 0, 10)
	checkEntries(t, s.Database(), 0, 10)
	must(t, s.Database().SyncKeyValue())
	must(t, s.Status())
	must(t, s.Stop())
	if _, err := os.Stat(ancient); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", ancient, err)
	}
}

func TestAncients(t *testing.T) {
	dir := t.TempDir()
	s := open(t, diskConfig(dir))
	if ancient, err := s.Database().AncientDatadir(); err != nil || ancient != filepath.Join(dir, databaseDir, ancientDir) {
		t.Errorf("ancients in %q, %v", ancient, err)
	}
	_, err := s.Database().ModifyAncients(func(op ethdb.AncientWriteOp) error {
		for _, table := range ancientTables {
			if err := op.AppendRaw(table, 0, []byte(table)); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	must(t, s.Stop())
	s = open(t, diskConfig(dir))
	if data, err := s.Database().Ancient(rawdb.ChainFreezerBodiesTable, 0); err != nil || string(data) != rawdb.ChainFreezerBodiesTable {
		t.Errorf("%q, %v", data, err)
	}
}

// A failing New gives back everything, the lock too.
func TestNewReleasesWhatItTook(t *testing.T) {
	cfg := diskConfig(t.TempDir())
	must(t, os.MkdirAll(filepath.Join(cfg.Dir, databaseDir), 0o700))
	must(t, os.WriteFile(filepath.Join(cfg.Dir, databaseDir, ancientDir), nil, 0o600))
	wantRefused(t, cfg, ErrNotDirectory)
	must(t, os.Remove(filepath.Join(cfg.Dir, databaseDir, ancientDir)))

	cfg.Registerer = prometheus.NewRegistry()
	cfg.Registerer.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "monolith_db_size_bytes", Help: "Taken."}))
	if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "register database metrics") {
		t.Fatalf("got %v", err)
	}
	cfg.Registerer = nil
	open(t, cfg)
}

func TestValidate(t *testing.T) {
	must(t, diskConfig("somewhere").Validate())
	cfg := Config{CacheMB: 1, Handles: -1, MinFreeDiskMB: 1 << 60}
	err := cfg.Validate()
	for _, want := range []string{"no data directory", "cache of 1 MB", "-1 is not", "reserve of"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	cfg = diskConfig(t.TempDir())
	cfg.Log = nil
	if _, err := New(cfg); err == nil {
		t.Error("no logger is needed")
	}
}

func TestOptions(t *testing.T) {
	for _, cacheMB := range []int{minCacheMB, defaultCacheMB, 500} {
		o := options(cacheMB, 100)
		if total := 2*o.WriteBuffer + o.BlockCacheCapacity; total != cacheMB<<20 {
			t.Errorf("a cache of %d MB uses %d bytes", cacheMB, total)
		}
		// What the comment at minFreeDiskMB says.
		if largest := l0PauseTrigger*o.WriteBuffer + o.CompactionTotalSize; largest > minFreeDiskMB<<20 {
			t.Errorf("a compaction of level 0 can write %d bytes", largest)
		}
	}
}

func TestShareFiles(t *testing.T) {
	for _, tt := range []struct {
		wanted  int
		limit   uint64
		tables  int
		problem bool
	}{
		{0, 1 << 20, maxOpenTables, false},
		{0, 1024, 512, false},
		{0, 100, 50, true},
		{0, 8, minOpenTables, true},
		{2000, 1 << 63, 2000, false},
		{2000, 1024, 1024 - reservedFiles, true},
		{16, 1024, 16, false},
	} {
		tables, problem := shareFiles(tt.wanted, tt.limit)
		if tables != tt.tables || (problem != "") != tt.problem {
			t.Errorf("wanted %d of %d: %d, %q", tt.wanted, tt.limit, tables, problem)
		}
	}
	if tables, _ := openTables(0); tables < minOpenTables {
		t.Errorf("%d tables", tables)
	}
}

func TestMetrics(t *testing.T) {
	cfg := smallConfig(t.TempDir())
	reg := prometheus.NewRegistry()
	cfg.Registerer = reg
	s := open(t, cfg)
	writeEntries(t, s.Database(), 0, 3000)
	must(t, s.Database().Compact(nil, nil))
	it := s.Database().NewIterator(nil, nil)
	defer it.Release()

	values := gather(t, reg)
	for name, ok := range map[string]bool{
		"monolith_db_size_bytes":                       values["monolith_db_size_bytes"] > 5e6,
		"monolith_db_disk_free_bytes":                  values["monolith_db_disk_free_bytes"] > 0,
		"monolith_db_written_bytes_total":              values["monolith_db_written_bytes_total"] > 1e7,
		"monolith_db_iterators":                        values["monolith_db_iterators"] == 1,
		`monolith_db_compactions_total{kind="memory"}`: values[`monolith_db_compactions_total{kind="memory"}`] > 1,
		`monolith_db_level_tables{level="1"}`:          values[`monolith_db_level_tables{level="1"}`] > 1,
		"monolith_db_write_stalled":                    values["monolith_db_write_stalled"] == 0,
		"monolith_db_ancient_blocks":                   values["monolith_db_ancient_blocks"] == 0,
	} {
		if v, there := values[name]; !ok || !there {
			t.Errorf("%s = %v, %t", name, v, there)
		}
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}

	must(t, s.Stop())
	if left := gather(t, reg); len(left) != 0 {
		t.Errorf("registered after Stop: %v", left)
	}
}

// gather returns all metrics by name and label.
func gather(t *testing.T, reg *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	must(t, err)
	values := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += "{" + l.GetName() + `="` + l.GetValue() + `"}`
			}
			values[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return values
}

// A disk that fills up and empties again, in megabytes, at a reserve of 100.
func TestWatchDisk(t *testing.T) {
	var free atomic.Uint64
	log, hook := logged()
	w := &watch{
		log: log, reserve: 100 << 20,
		free:  func() (uint64, error) { return free.Load() << 20, nil },
		stats: func(*leveldb.DBStats) error { return nil },
	}
	const (
		getting = "Disk is getting full; soon no more blocks will be written"
		nearly  = "Disk is nearly full; no more blocks are written"
		again   = "Disk has room again; blocks are written"
	)
	for i, step := range []struct {
		free uint64
		low  bool
		says string
	}{
		{1000, false, ""},
		{199, false, getting},
		{150, false, ""},
		{201, false, ""},
		{199, false, ""}, // not again on the edge
		{99, true, nearly},
		{50, true, ""},
		{110, true, ""}, // hysteresis
		{125, false, again},
		{99, true, nearly},
		{1000, false, again},
		{1000, false, ""},
		{190, false, getting},
	} {
		hook.Reset()
		free.Store(step.free)
		w.check(time.Now())
		err := w.low.Load()
		if (err != nil) != step.low {
			t.Errorf("step %d: low is %v", i, err)
		}
		if err != nil {
			wantError(t, *err, ErrDiskLow)
		}
		said := ""
		if e := hook.LastEntry(); e != nil {
			said = e.Message
		}
		if said != step.says {
			t.Errorf("step %d: said %q, want %q", i, said, step.says)
		}
	}
}

func TestWatchWithoutFigures(t *testing.T) {
	log, hook := logged()
	w := &watch{
		log: log, reserve: 1,
		free:  func() (uint64, error) { return 0, errors.ErrUnsupported },
		stats: func(*leveldb.DBStats) error { return leveldb.ErrClosed },
	}
	for range 3 {
		w.check(time.Now())
	}
	if w.low.Load() != nil || len(hook.AllEntries()) != 1 {
		t.Errorf("low: %v, said %d times", w.low.Load(), len(hook.AllEntries()))
	}
}

// The loop sees writes that stall and go on, and ends with its context.
func TestWatchStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var paused atomic.Bool
		log, hook := logged()
		w := &watch{log: log, stats: func(s *leveldb.DBStats) error {
			s.WritePaused = paused.Load()
			return nil
		}}
		go w.run(t.Context())
		pass := func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		}

		paused.Store(true)
		pass(stallAfter - watchInterval)
		if w.stalled.Load() != nil {
			t.Error("complains too soon")
		}
		pass(2 * watchInterval)
		if err := w.stalled.Load(); err == nil || !errors.Is(*err, ErrStalled) {
			t.Error("does not complain")
		}
		pass(time.Minute)
		if len(hook.AllEntries()) != 1 || hook.LastEntry().Level != logrus.WarnLevel {
			t.Errorf("said %d times", len(hook.AllEntries()))
		}
		paused.Store(false)
		pass(watchInterval)
		if w.stalled.Load() != nil {
			t.Error("still complains")
		}
	})
}
