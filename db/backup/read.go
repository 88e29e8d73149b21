package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// visitor is given the files of a backup, in order, and reads as much of each as it
// likes.
type visitor func(name string, size int64, content io.Reader) error

// Check reads a stream to its end and returns its manifest, if all is as it was
// written.
func Check(r io.Reader) (*Manifest, error) {
	m, err := visitStream(r, func(string, int64, io.Reader) error { return nil })
	if err == nil {
		_, err = io.Copy(io.Discard, r) // what pads the stream
	}
	return m, err
}

// visitStream reads a backup that is a tar stream.
func visitStream(r io.Reader, visit visitor) (*Manifest, error) {
	archive := tar.NewReader(r)
	var read []Entry
	for {
		header, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, ErrIncomplete
		case errors.Is(err, tar.ErrHeader) && len(read) == 0:
			return nil, fmt.Errorf("%w: it is not in the tar format", ErrNotOne)
		case errors.Is(err, tar.ErrHeader):
			return nil, fmt.Errorf("%w: after %s", ErrDamaged, read[len(read)-1].Name)
		case err != nil:
			return nil, err
		}
		if header.Name == manifestName {
			return readManifest(archive, read)
		}
		if header.Typeflag != tar.TypeReg {
			return nil, fmt.Errorf("%w: %q is not a file", ErrNotOne, header.Name)
		}
		entry, err := visitFile(header.Name, header.Size, archive, visit)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrIncomplete
		}
		if err != nil {
			return nil, err
		}
		read = append(read, entry)
	}
}

func readManifest(r io.Reader, read []Entry) (*Manifest, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxManifest))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, ErrIncomplete
	}
	if err != nil {
		return nil, err
	}
	m, err := decodeManifest(text)
	if err != nil {
		return nil, err
	}
	return m, m.compare(read)
}

// visitDir reads a backup that is a directory.
func visitDir(dir string, visit visitor) (*Manifest, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	var read []Entry
	for _, want := range m.Files {
		entry, err := visitPath(filepath.Join(dir, filepath.FromSlash(want.Name)), want.Name, visit)
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s is missing", ErrIncomplete, want.Name)
		}
		if err != nil {
			return nil, err
		}
		read = append(read, entry)
	}
	return m, m.compare(read)
}

// ReadManifest reads the manifest of a backup that is a directory.
func ReadManifest(dir string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w, or an incomplete one: %s has no %s", ErrNotOne, dir, manifestName)
	}
	if err != nil {
		return nil, err
	}
	return decodeManifest(text)
}

func visitPath(path, name string, visit visitor) (Entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return Entry{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Entry{}, err
	}
	return visitFile(name, info.Size(), file, visit)
}

// visitFile reads all of a file, whatever the visitor reads of it.
func visitFile(name string, size int64, r io.Reader, visit visitor) (Entry, error) {
	if err := checkName(name); err != nil {
		return Entry{}, err
	}
	sum := sha256.New()
	content := io.TeeReader(r, sum)
	if err := visit(name, size, content); err != nil {
		return Entry{}, err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return Entry{}, err
	}
	return Entry{name, size, hex.EncodeToString(sum.Sum(nil))}, nil
}
