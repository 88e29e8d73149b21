package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/monolith-chain/monolith/db"
)

// Unpack writes a stream to a directory that does not exist yet, which is then a
// backup too. Until it is complete it has another name, and no manifest.
func Unpack(r io.Reader, dir string) (_ *Manifest, err error) {
	partial := dir + PartialSuffix
	if err := os.Mkdir(partial, 0o700); err != nil {
		return nil, fmt.Errorf("write backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(partial))
		}
	}()
	m, err := visitStream(r, func(name string, _ int64, content io.Reader) error {
		return writeFile(filepath.Join(partial, filepath.FromSlash(name)), content)
	})
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // what pads the stream
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write backup: %w", err)
	}
	if err := writeFile(filepath.Join(partial, manifestName), strings.NewReader(string(text))); err != nil {
		return nil, err
	}
	if err := os.Rename(partial, dir); err != nil {
		return nil, fmt.Errorf("write backup: %w", err)
	}
	return m, nil
}

// PartialSuffix is at the end of the name of what is not complete.
const PartialSuffix = ".partial"

// Extract makes a data directory, cfg.Dir, of a backup. What it writes is worth
// nothing unless it returns without an error: every file is held against the
// manifest.
//
// The chain in it has yet to be opened, which re-executes the last blocks.
func Extract(ctx context.Context, from Source, cfg db.Config) (_ *Manifest, err error) {
	x := &extraction{ctx: ctx, cfg: cfg}
	defer func() {
		if x.keys != nil {
			err = errors.Join(err, x.keys.Close())
		}
	}()
	m, err := from.visit(x.visit)
	if err != nil {
		return nil, err
	}
	if err := x.endKeys(); err != nil {
		return nil, err
	}
	if x.format == nil {
		return nil, fmt.Errorf("%w: the file %s is missing", ErrDamaged, formatName)
	}
	return m, db.WriteFormat(cfg.Dir, x.format)
}

// Source is where a backup is read from: a stream or a directory.
type Source struct {
	Stream io.Reader
	Dir    string
}

func (s Source) visit(v visitor) (*Manifest, error) {
	if s.Stream != nil {
		return visitStream(s.Stream, v)
	}
	return visitDir(s.Dir, v)
}

// extraction is a data directory in the making.
type extraction struct {
	ctx    context.Context
	cfg    db.Config
	keys   *db.Loader // while keys are read
	loaded bool       // they were
	format []byte
}

func (x *extraction) visit(name string, size int64, content io.Reader) (err error) {
	if x.ctx.Err() != nil {
		return context.Cause(x.ctx)
	}
	if strings.HasPrefix(name, keysDir) {
		return x.load(name, size, content)
	}
	if err := x.endKeys(); err != nil {
		return err
	}
	if rest, ok := strings.CutPrefix(name, ancientDir); ok {
		return writeFile(db.AncientPath(x.cfg.Dir, rest), content)
	}
	if rest, ok := strings.CutPrefix(name, filesDir); ok {
		return writeFile(filepath.Join(x.cfg.Dir, filepath.FromSlash(rest)), content)
	}
	x.format, err = io.ReadAll(io.LimitReader(content, maxFormat))
	return err
}

// load puts the keys of a segment into the database.
func (x *extraction) load(name string, size int64, content io.Reader) (err error) {
	if x.loaded {
		return fmt.Errorf("%w: %s is out of order", ErrDamaged, name)
	}
	if size > maxSegment {
		return fmt.Errorf("%w: %s has %d bytes", ErrDamaged, name, size)
	}
	if x.keys == nil {
		if x.keys, err = db.NewLoader(x.cfg); err != nil {
			return err
		}
	}
	compressed, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	err = eachPair(compressed, x.keys.Put)
	if errors.Is(err, errSegment) {
		err = fmt.Errorf("%w: %s: %w", ErrDamaged, name, err)
	}
	return err
}

// endKeys closes the database: all keys come before everything else.
func (x *extraction) endKeys() error {
	x.loaded = true
	if x.keys == nil {
		return nil
	}
	keys := x.keys
	x.keys = nil
	return keys.Close()
}

// writeFile writes a new file that is on the disk afterwards.
func writeFile(path string, content io.Reader) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
