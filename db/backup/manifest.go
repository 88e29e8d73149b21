package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

const (
	// formatVersion is raised when older programs cannot read what this one writes.
	formatVersion = 1

	manifestName = "backup.json"
	formatName   = "format"
	keysDir      = "leveldb/"
	ancientDir   = "ancient/"
	filesDir     = "files/"

	maxManifest = 256 << 20 // two million files
	maxFormat   = 4096
)

var (
	// ErrIncomplete means that a backup was interrupted while it was made or copied.
	ErrIncomplete = errors.New("the backup is incomplete: it was cut short while it was made or copied")
	// ErrDamaged means that a backup is not what was written.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrNotOne means that something else was given.
	ErrNotOne = errors.New("this is no backup")
)

// Head is the head's block when the backup began.
type Head struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
}

// Manifest says what is in a backup.
type Manifest struct {
	Format  int         `json:"format"`
	Client  string      `json:"client"` // that made it
	Created time.Time   `json:"created"`
	Network string      `json:"network"` // name, for people
	Genesis common.Hash `json:"genesis"`
	Head    Head        `json:"head"`
	Keys    bool        `json:"keys"` // nodekey and keystore are in it
	Files   []Entry     `json:"files"`
}

// Entry is a file of a backup.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Size is how many bytes all files have.
func (m *Manifest) Size() (total int64) {
	for _, e := range m.Files {
		total += e.Size
	}
	return total
}

func decodeManifest(text []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	if m.Format > formatVersion {
		return nil, fmt.Errorf("the backup was made by a newer monolith (%s): upgrade this one", m.Client)
	}
	if m.Format < 1 {
		return nil, fmt.Errorf("%w: %s has no format", ErrDamaged, manifestName)
	}
	for _, e := range m.Files {
		if err := checkName(e.Name); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// checkName refuses what a backup does not have, above all names that lead out of it.
func checkName(name string) error {
	for _, dir := range []string{keysDir, ancientDir, filesDir} {
		if rest, ok := strings.CutPrefix(name, dir); ok && rest != "" && path.Clean(name) == name && !strings.ContainsAny(name, "\\\x00") {
			return nil
		}
	}
	if name == formatName {
		return nil
	}
	return fmt.Errorf("%w: it has a file %q", ErrNotOne, name)
}

// compare holds what was read against the manifest.
func (m *Manifest) compare(read []Entry) error {
	for i, want := range m.Files {
		switch {
		case i >= len(read):
			return fmt.Errorf("%w: %s is missing", ErrIncomplete, want.Name)
		case read[i] != want:
			return fmt.Errorf("%w: %s is not what was written", ErrDamaged, want.Name)
		}
	}
	if len(read) > len(m.Files) {
		return fmt.Errorf("%w: %s was not in it", ErrDamaged, read[len(m.Files)].Name)
	}
	return nil
}
