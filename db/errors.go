package db

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	lerrors "github.com/syndtr/goleveldb/leveldb/errors"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// What can be wrong with a data directory. New returns them, wrapped with the
// directory and the cause.
var (
	// ErrLocked: another process, or another service in this one, has it open.
	ErrLocked = errors.New("the data directory is in use by another process: stop that one or choose another --datadir")
	// ErrNotDirectory: the path, or a part of it, is a file.
	ErrNotDirectory = errors.New("the data directory is not a directory: choose another --datadir")
	// ErrReadOnly: the directory or its file system does not accept writes.
	ErrReadOnly = errors.New("the data directory cannot be written: make it writable for this user or choose another --datadir")
	// ErrNotOurs: there is a database, but not one that this program made.
	ErrNotOurs = errors.New("the database was not made by monolith: choose another --datadir")
	// ErrNewerFormat: a later version of this program made it.
	ErrNewerFormat = errors.New("the database was made by a newer monolith: upgrade this one or choose another --datadir")
	// ErrCorrupt: the files are damaged. At opening, Config.Recover repairs
	// what can be repaired; in a running node this is what [Service.Failed]
	// reports.
	ErrCorrupt = errors.New("the database is damaged: restore a backup, or run once with --db.recover to keep a copy and repair it")
	// ErrAncients: the files of old blocks do not fit together, or to the database.
	// Nothing can be put in the place of what they have lost.
	ErrAncients = errors.New("the old blocks' files are damaged, which --db.recover does not repair: restore a backup, or sync again in an empty --datadir")
	// ErrRepair: Config.Recover did not get the database open. It stands where
	// ErrCorrupt would.
	ErrRepair = errors.New("the damaged database could not be repaired: restore a backup")
	// ErrDiskFull: a write failed because nothing is left.
	ErrDiskFull = errors.New("the disk is full: free some space and start again")
	// ErrDiskLow is what [Service.Writable] returns while less than
	// Config.MinFreeDiskMB is free, and New when a repair needs more room.
	ErrDiskLow = errors.New("the disk is nearly full: free some space or lower --db.minfreedisk")
	// ErrStalled is a Status: compaction keeps writes waiting.
	ErrStalled = errors.New("database writes are stalled: the disk is too slow for this load")
)

// explain puts the sentinel that fits before an error of the system or of
// goleveldb. Others, and what was explained already, pass unchanged.
func explain(err error) error {
	var kind error
	switch {
	case err == nil, errors.Is(err, ErrRepair):
		return err
	case isCorrupt(err):
		kind = ErrCorrupt
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		kind = ErrDiskFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		kind = ErrReadOnly
	case errors.Is(err, syscall.EWOULDBLOCK): // goleveldb's own lock
		kind = ErrLocked
	case errors.Is(err, syscall.ENOTDIR):
		kind = ErrNotDirectory
	}
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w (%w)", kind, err)
}

// explainAncients is explain for what the freezer says, whose errors of damage are
// mere text. A file that is missing is damage too.
func explainAncients(err error) error {
	if errno := syscall.Errno(0); errors.As(err, &errno) && !errors.Is(err, fs.ErrNotExist) {
		return explain(err)
	}
	return fmt.Errorf("%w (%w)", ErrAncients, err)
}

// isCorrupt looks for goleveldb's corruption errors in everything that err
// wraps.
func isCorrupt(err error) bool {
	var (
		content *lerrors.ErrCorrupted
		meta    *storage.ErrCorrupted // of the CURRENT file
	)
	return errors.As(err, &content) || errors.As(err, &meta)
}
