package db

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
)

// mountTmpfs gives a test a disk of its own.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	return dir
}

// fill writes a file until the disk has so many bytes left, and returns it.
func fill(t *testing.T, dir string, leave uint64) string {
	t.Helper()
	free, err := freeBytes(dir)
	must(t, err)
	f, err := os.Create(filepath.Join(dir, "filler"))
	must(t, err)
	defer f.Close()
	must(t, syscall.Fallocate(int(f.Fd()), 0, 0, int64(free-leave)))
	return f.Name()
}

func TestReadOnlyFileSystem(t *testing.T) {
	mount := mountTmpfs(t, "size=64m")
	used := filepath.Join(mount, "used")
	must(t, open(t, diskConfig(used)).Stop())
	must(t, syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	wantRefused(t, diskConfig(used), ErrReadOnly)
	wantRefused(t, diskConfig(filepath.Join(mount, "new")), ErrReadOnly)
}

func TestFullDiskAtOpening(t *testing.T) {
	mount := mountTmpfs(t, "size=8m")
	used := filepath.Join(mount, "used")
	must(t, open(t, diskConfig(used)).Stop())
	filler := fill(t, mount, 0)
	wantRefused(t, diskConfig(used), ErrDiskFull)
	wantRefused(t, diskConfig(filepath.Join(mount, "new")), ErrDiskFull)
	must(t, os.Remove(filler))
	open(t, diskConfig(used))
}

// Whatever was answered before the disk was full is there when it has room
// again.
func TestFullDiskWhileRunning(t *testing.T) {
	for _, test := range []struct {
		name  string
		leave uint64
	}{
		{"journal", 1 << 20},      // less than a write buffer: the journal does not fit
		{"table", 3 << 20},        // the journal fits, the table that it becomes does not
		{"later table", 11 << 20}, // after some that did
	} {
		t.Run(test.name, func(t *testing.T) {
			mount := mountTmpfs(t, "size=32m")
			cfg := smallConfig(filepath.Join(mount, "data"))
			cfg.MinFreeDiskMB = 0
			log, hook := logged()
			cfg.Log = log
			s := open(t, cfg)
			filler := fill(t, mount, test.leave)

			written := 0
			var err error
			for ; err == nil; written++ {
				err = writeEntry(s.Database(), written)
			}
			written-- // the last one failed
			wantError(t, err, syscall.ENOSPC)
			t.Logf("%d entries were written", written)
			for _, err := range []error{failure(t, s), s.Writable(), s.Status()} {
				wantError(t, err, ErrDiskFull)
			}
			wantError(t, s.Status(), registry.ErrFailed)
			if findLog(hook, logrus.ErrorLevel, "Database failed") == nil {
				t.Error("the failure was not logged")
			}
			checkEntries(t, s.Database(), 0, written) // still readable
			if err := s.Stop(); err != nil && !errors.Is(err, ErrDiskFull) {
				t.Errorf("stop: %v", err)
			}

			must(t, os.Remove(filler))
			again := open(t, cfg)
			checkEntries(t, again.Database(), 0, written)
			writeEntries(t, again.Database(), written, written+100)
			must(t, again.Status())
		})
	}
}

// The watch says no before the disk is full, and yes again when there is room.
func TestLowDisk(t *testing.T) {
	mount := mountTmpfs(t, "size=64m")
	cfg := diskConfig(filepath.Join(mount, "data"))
	cfg.MinFreeDiskMB = 16
	s := open(t, cfg)
	must(t, s.Writable())

	filler := fill(t, mount, 10<<20)
	eventually(t, "ErrDiskLow", func() bool { return errors.Is(s.Writable(), ErrDiskLow) })
	wantError(t, s.Status(), ErrDiskLow)
	writeEntries(t, s.Database(), 0, 100) // what is in flight can be finished
	t.Log(s.Status())

	must(t, os.Remove(filler))
	eventually(t, "room", func() bool { return s.Writable() == nil })
	must(t, s.Status())

	// A node starts on a low disk, to serve what it has.
	must(t, s.Stop())
	fill(t, mount, 10<<20)
	wantError(t, open(t, cfg).Writable(), ErrDiskLow)
}

func TestNoRoomForRepair(t *testing.T) {
	mount := mountTmpfs(t, "size=64m")
	cfg := damagedDatabase(t, filepath.Join(mount, "data"))
	fill(t, mount, 4<<20)
	cfg.Recover = true
	cfg.MinFreeDiskMB = 16
	before := hashFiles(t, filepath.Join(cfg.Dir, databaseDir))
	wantRefused(t, cfg, ErrRepair)
	wantRefused(t, cfg, ErrDiskLow)
	if after := hashFiles(t, filepath.Join(cfg.Dir, databaseDir)); !unchanged(before, after, false) {
		t.Error("the database was changed")
	}
	if copies := files(t, cfg.Dir, "*.corrupt-*"); len(copies) != 0 {
		t.Errorf("left behind: %v", copies)
	}
}
