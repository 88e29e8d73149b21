package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/core/rawdb"
)

const (
	// formatVersion is raised when an older program could not read, or would
	// spoil, what this one writes. Version 1: goleveldb with go-ethereum
	// v1.17's path scheme and a chain freezer below ancient.
	formatVersion = 1

	// formatFile marks a database as ours and tells its version. It is a file
	// beside the tables rather than a key among them, so that a foreign or
	// newer database is refused before goleveldb has touched it, and so that
	// it survives damage to the tables.
	formatFile = "MONOLITH"
	formatText = "monolith database, format %d\n"
)

// checkFormat refuses a database that is not ours to open, and marks a new one.
func checkFormat(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, formatFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		if kind, err := foreignDatabase(dir); err != nil {
			return err
		} else if kind != "" {
			return fmt.Errorf("%w (found a %s database without the file %s)", ErrNotOurs, kind, formatFile)
		}
		return writeFileSynced(filepath.Join(dir, formatFile), fmt.Appendf(nil, formatText, formatVersion))
	case err != nil:
		return err
	}
	var version int
	if _, err := fmt.Sscanf(string(text), formatText, &version); err != nil {
		return fmt.Errorf("%w (the file %s does not say its format)", ErrNotOurs, formatFile)
	}
	if version > formatVersion {
		return fmt.Errorf("%w (format %d, this one knows up to %d)", ErrNewerFormat, version, formatVersion)
	}
	return nil
}

// foreignDatabase names the kind of database in a directory without our mark;
// empty if there is none.
func foreignDatabase(dir string) (string, error) {
	if kind := rawdb.PreexistingDatabase(dir); kind != "" {
		return kind, nil
	}
	// A damaged LevelDB may have lost the file that go-ethereum looks for.
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case strings.HasPrefix(name, "MANIFEST-"), filepath.Ext(name) == ".ldb", filepath.Ext(name) == ".sst":
			return rawdb.DBLeveldb, nil
		}
	}
	return "", nil
}

// writeFileSynced writes a file so that after a crash it is there whole or not
// at all.
func writeFileSynced(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
