package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/journal"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// repair keeps a copy of the damaged database beside it, then rescues what can
// be read and opens it. Values may be missing or old afterwards, and the chain
// may or may not notice: a backup is better.
func (o *opening) repair(stor storage.Storage, cause error) (*leveldb.DB, error) {
	start := time.Now()
	saved := fmt.Sprintf("%s.corrupt-%s", o.dir, start.UTC().Format("20060102T150405.000Z"))
	if err := o.save(saved); err != nil {
		return nil, fmt.Errorf("%w (%w; a copy must be kept first: %w)", ErrRepair, cause, err)
	}
	log := o.log.WithField("copy", saved)
	log.WithError(cause).Error("Database is damaged; a copy was kept and the repair begins")

	db, err := o.mend(stor)
	if err != nil {
		return nil, fmt.Errorf("%w (%w; what was there is kept in %q)", ErrRepair, err, saved)
	}
	log.WithField("elapsed", time.Since(start)).
		Error("Database was repaired; data may be missing: check the chain, then delete the copy")
	return db, nil
}

// mend tries the gentlest way first.
func (o *opening) mend(stor storage.Storage) (*leveldb.DB, error) {
	damaged, err := damagedFiles(stor)
	if err != nil {
		return nil, err
	}
	manifest := len(damaged) > 0 && damaged[0].Type == storage.TypeManifest
	if manifest {
		damaged = damaged[1:]
	}
	if len(damaged) > 0 {
		if err := cutJournals(stor, damaged[0]); err != nil {
			return nil, err
		}
	}
	if !manifest { // then the structure of the tables can be kept
		db, err := leveldb.Open(stor, o.options)
		if err == nil {
			err = o.check(db)
		}
		if !isCorrupt(err) {
			return db, err
		}
	}
	if err := salvageTables(stor); err != nil {
		return nil, err
	}
	// goleveldb's recovery puts every table that is there into level 0, leaving
	// out blocks that cannot be read. A level 0 of that size would hold up the
	// first write, so it is compacted here.
	db, err := leveldb.Recover(stor, o.options)
	if err != nil {
		return nil, err
	}
	o.log.Info("Compacting the repaired database")
	if err := db.CompactRange(util.Range{}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, o.check(db)
}

// cutJournals ends the history of writes at the first damage: the damaged
// journal keeps what is before it, and later journals go. A hole in the history
// could not be noticed by anyone.
func cutJournals(stor storage.Storage, damaged storage.FileDesc) error {
	fds, err := stor.List(storage.TypeJournal)
	if err != nil {
		return err
	}
	sortFiles(fds)
	slices.Reverse(fds) // so that a crash in between leaves no hole
	for _, fd := range fds {
		if fd.Num > damaged.Num {
			if err := stor.Remove(fd); err != nil {
				return err
			}
		}
	}
	return truncateJournal(stor, damaged)
}

// truncateJournal removes the first unreadable record and all that follow it.
func truncateJournal(stor storage.Storage, fd storage.FileDesc) error {
	f, err := stor.Open(fd)
	if err != nil {
		return err
	}
	defer f.Close()
	return rewrite(stor, fd, func(to io.Writer) error {
		w := journal.NewWriter(to)
		return errors.Join(copyRecords(w, journal.NewReader(f, nil, true, true)), w.Close())
	})
}

// rewrite puts what write writes in the place of a file, whole or not at all.
func rewrite(stor storage.Storage, fd storage.FileDesc, write func(io.Writer) error) error {
	temp := storage.FileDesc{Type: storage.TypeTemp, Num: fd.Num}
	to, err := stor.Create(temp)
	if err != nil {
		return err
	}
	err = write(to)
	for _, finish := range []func() error{to.Sync, to.Close} {
		if ferr := finish(); err == nil {
			err = ferr
		}
	}
	if err != nil {
		return err
	}
	return stor.Rename(temp, fd)
}

// copyRecords copies whole records up to the end or the first damage.
func copyRecords(w *journal.Writer, r *journal.Reader) error {
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) || isCorrupt(err) {
			return nil
		} else if err != nil {
			return err
		}
		content, err := io.ReadAll(record)
		if isCorrupt(err) {
			return nil
		} else if err != nil {
			return err
		}
		next, err := w.Next()
		if err != nil {
			return err
		}
		if _, err := next.Write(content); err != nil {
			return err
		}
	}
}

// save copies the files of the database to a new directory. Tables, which are
// never changed in place, are linked where the file system can. It makes sure
// that the repair, which may have to write every table anew, has room.
func (o *opening) save(to string) error {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return err
	}
	var size uint64
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.Type().IsRegular() })
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		size += uint64(info.Size())
	}
	if err := o.needRoom(size); err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, entry := range entries {
		from, to := filepath.Join(o.dir, entry.Name()), filepath.Join(to, entry.Name())
		if ext := filepath.Ext(entry.Name()); ext == ".ldb" || ext == ".sst" {
			if os.Link(from, to) == nil {
				continue
			}
			if err := o.needRoom(size); err != nil { // the room is taken twice
				return err
			}
		}
		if err := copyFile(from, to); err != nil {
			return err
		}
	}
	if err := syncDir(to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// needRoom makes sure that so many bytes can be written.
func (o *opening) needRoom(size uint64) error {
	free, err := freeBytes(o.dir)
	if err != nil {
		return err
	}
	if need := size + o.reserve; free < need {
		return fmt.Errorf("%w (a repair needs %d MB, %d MB are free)", ErrDiskLow, toMB(need), toMB(free))
	}
	return nil
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if serr := dst.Sync(); err == nil {
		err = serr
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	return err
}
