package p2p

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/crypto"
)

// loadKey reads the node's identity, in geth's format (64 hexadecimal digits),
// or makes one. Only the owner may read the file.
func loadKey(file string) (*ecdsa.PrivateKey, error) {
	if file == "" {
		return crypto.GenerateKey()
	}
	key, err := crypto.LoadECDSA(file)
	switch {
	case err == nil:
		return key, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read identity key %q: %w (with the file removed the node makes itself a new identity)", file, err)
	}
	if key, err = crypto.GenerateKey(); err != nil {
		return nil, fmt.Errorf("make identity key: %w", err)
	}
	if err := storeKey(file, key); err != nil {
		return nil, fmt.Errorf("write identity key %q: %w", file, err)
	}
	return key, nil
}

// storeKey writes the key to a temporary file first: a crash must not leave half
// a key behind.
func storeKey(file string, key *ecdsa.PrivateKey) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	temp := file + ".tmp"
	if err := crypto.SaveECDSA(temp, key); err != nil { // mode 0600
		return err
	}
	return os.Rename(temp, file)
}
