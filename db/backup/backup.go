package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/golang/snappy"
	"github.com/monolith-chain/monolith/db"
)

// pieceBytes is how much of a file is read at a time.
const pieceBytes = 1 << 20

// Config says what a backup is made of.
type Config struct {
	DB *db.Service

	// Hold calls the function while nobody adds blocks; nil if nobody does.
	Hold func(func() error) error
	// Head finds the head in the database.
	Head func(ethdb.KeyValueReader) (number uint64, hash common.Hash, err error)

	Files   []File
	Client  string // name and version of this program
	Network string // name of the network
	Genesis common.Hash
}

// File is one beside the database, or a directory of files.
type File struct {
	Name    string // in the data directory that is made of the backup
	Path    string // where it is; not there is no error
	Content []byte // or what it contains
	Secret  bool   // only in the backup if keys were asked for
}

// Backup is a stream to be read to its end. It belongs to one goroutine.
type Backup struct {
	snapshot *db.Snapshot
	manifest Manifest
	total    uint64

	pending  bytes.Buffer // written by archive, not read yet
	archive  *tar.Writer
	segments int
	next     []byte // key to go on from; nil when LevelDB is done
	segment  []byte
	parts    []part // that are still to come
	opened   []*os.File
	sum      hash.Hash
	ended    bool
}

// part is a file with a length that is known, and how far it was read.
type part struct {
	name string
	size int64
	from io.ReaderAt
	done int64
}

// Open takes a snapshot of the data, with or without the keys of node and accounts.
func Open(cfg Config, keys bool) (_ *Backup, err error) {
	b := &Backup{next: []byte{}, sum: sha256.New()}
	b.archive = tar.NewWriter(&b.pending)
	b.manifest = Manifest{
		Format: formatVersion, Client: cfg.Client, Created: time.Now().UTC().Truncate(time.Second),
		Network: cfg.Network, Genesis: cfg.Genesis, Keys: keys,
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	hold := cfg.Hold
	if hold == nil {
		hold = func(do func() error) error { return do() }
	}
	if err := hold(func() (err error) {
		b.snapshot, err = cfg.DB.Snapshot()
		return err
	}); err != nil {
		return nil, err
	}
	b.total = b.snapshot.Size()
	if b.manifest.Head.Number, b.manifest.Head.Hash, err = cfg.Head(b.snapshot); err != nil {
		return nil, err
	}
	b.addContent(formatName, db.Format())
	for _, file := range b.snapshot.Ancients() {
		b.parts = append(b.parts, part{name: ancientDir + file.Name, size: file.Size, from: file})
	}
	for _, file := range cfg.Files {
		if file.Secret && !keys {
			continue
		}
		if err := b.addFile(file); err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
	}
	return b, nil
}

func (b *Backup) addContent(name string, content []byte) {
	b.parts = append(b.parts, part{name: name, size: int64(len(content)), from: bytes.NewReader(content)})
}

// addFile opens a file now, so that it is of the time of the snapshot: what is in the
// data directory is replaced as a whole or grows.
func (b *Backup) addFile(file File) error {
	name := filesDir + file.Name
	if file.Path == "" {
		if file.Content != nil {
			b.addContent(name, file.Content)
		}
		return nil
	}
	err := filepath.WalkDir(file.Path, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		below, err := filepath.Rel(file.Path, at)
		if err != nil {
			return err
		}
		opened, err := os.Open(at)
		if err != nil {
			return err
		}
		b.opened = append(b.opened, opened)
		info, err := opened.Stat()
		b.parts = append(b.parts, part{name: path.Join(name, filepath.ToSlash(below)), size: info.Size(), from: opened})
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Manifest is what will come last, as far as it is known.
func (b *Backup) Manifest() Manifest { return b.manifest }

// Size is about how many bytes there will be.
func (b *Backup) Size() uint64 { return b.total }

// Head is the head that the backup has.
func (b *Backup) Head() (number uint64, hash common.Hash) {
	return b.manifest.Head.Number, b.manifest.Head.Hash
}

// Read makes as much of the stream as is needed.
func (b *Backup) Read(p []byte) (int, error) {
	for b.pending.Len() == 0 {
		if b.ended {
			return 0, io.EOF
		}
		if err := b.advance(); err != nil {
			return 0, fmt.Errorf("backup: %w", err)
		}
	}
	return b.pending.Read(p)
}

// advance writes the next piece.
func (b *Backup) advance() error {
	switch {
	case b.next != nil:
		return b.addSegment()
	case len(b.parts) > 0:
		return b.addPiece(&b.parts[0])
	}
	if err := b.snapshot.Intact(); err != nil {
		return err
	}
	b.ended = true
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := b.begin(manifestName, int64(len(text))); err != nil {
		return err
	}
	_, err = b.archive.Write(text)
	return errors.Join(err, b.archive.Close())
}

// addSegment writes the next keys.
func (b *Backup) addSegment() error {
	b.segment = b.segment[:0]
	start := b.next
	b.next = nil
	if err := b.snapshot.Visit(start, func(key, value []byte) bool {
		b.segment = appendPair(b.segment, key, value)
		if len(b.segment) < segmentBytes {
			return true
		}
		b.next = append(slices.Clone(key), 0) // the least key above this one
		return false
	}); err != nil {
		return err
	}
	if len(b.segment) == 0 {
		return nil
	}
	compressed := snappy.Encode(nil, b.segment)
	name := fmt.Sprintf("%s%08d.kv", keysDir, b.segments)
	b.segments++
	if err := b.begin(name, int64(len(compressed))); err != nil {
		return err
	}
	_, err := io.MultiWriter(b.archive, b.sum).Write(compressed)
	b.end(name, int64(len(compressed)))
	return err
}

// addPiece writes some of a file.
func (b *Backup) addPiece(p *part) error {
	if p.done == 0 {
		if err := b.begin(p.name, p.size); err != nil {
			return err
		}
	}
	n := min(pieceBytes, p.size-p.done)
	copied, err := io.Copy(io.MultiWriter(b.archive, b.sum), io.NewSectionReader(p.from, p.done, n))
	if err == nil && copied < n {
		err = errors.Join(b.snapshot.Intact(), io.ErrUnexpectedEOF)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if p.done += n; p.done == p.size {
		b.end(p.name, p.size)
		b.parts = b.parts[1:]
	}
	return nil
}

func (b *Backup) begin(name string, size int64) error {
	b.sum.Reset()
	mode := int64(0o644)
	if strings.HasPrefix(name, filesDir) {
		mode = 0o600
	}
	return b.archive.WriteHeader(&tar.Header{Name: name, Size: size, Mode: mode, ModTime: b.manifest.Created})
}

func (b *Backup) end(name string, size int64) {
	b.manifest.Files = append(b.manifest.Files, Entry{name, size, hex.EncodeToString(b.sum.Sum(nil))})
}

// Close gives back what the backup holds, be it read to its end or not.
func (b *Backup) Close() error {
	if b.snapshot != nil {
		b.snapshot.Release()
	}
	var errs []error
	for _, file := range b.opened {
		errs = append(errs, file.Close())
	}
	b.opened, b.parts, b.ended = nil, nil, true
	b.next = nil
	return errors.Join(errs...)
}
