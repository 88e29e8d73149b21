package db

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Usage returns how many bytes the database in a data directory takes, the ancient
// store included, and how many more may be written there. The database may be in
// use: files that go while they are counted do not count.
func Usage(dir string) (size, free uint64, err error) {
	if size, err = dirSize(filepath.Join(dir, databaseDir)); err != nil {
		return 0, 0, explain(err)
	}
	free, err = freeBytes(dir)
	return size, free, err
}

// dirSize returns how many bytes the files below a directory have.
func dirSize(dir string) (size uint64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var info fs.FileInfo
			if info, err = entry.Info(); err == nil {
				size += uint64(info.Size())
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return size, err
}
