package wallet

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"
)

// maxKeyFile is far above the 500 bytes of a key file: what is larger is something
// else that lies in the directory.
const maxKeyFile = 16 << 10

var (
	// ErrUnknown is the answer about an account that has no key file.
	ErrUnknown = errors.New("no key file for this account")

	// ErrPassword is the answer to a password that does not open a key file.
	ErrPassword = errors.New("wrong password")

	// ErrExists is the answer to a key that has a file already.
	ErrExists = errors.New("the account is in the keystore already")
)

// Keystore is a directory of key files. It need not exist.
type Keystore struct {
	Dir   string
	Light bool // new files cost guessers, and users, a hundredth: for tests
}

// KeyFile is one account in a keystore.
type KeyFile struct {
	Address common.Address
	Path    string
}

// Files lists the key files in the order of their names, which begin with the time of
// their making. Other files are passed over, as geth does.
func (k Keystore) Files() ([]KeyFile, error) {
	entries, err := os.ReadDir(k.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	var files []KeyFile
	for _, entry := range entries {
		name, path := entry.Name(), filepath.Join(k.Dir, entry.Name())
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") { // being written, or an editor's copy
			continue
		}
		info, err := os.Stat(path) // a link is followed
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxKeyFile {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("keystore: %w", err)
		}
		if address, ok := addressIn(data); ok {
			files = append(files, KeyFile{address, path})
		}
	}
	return files, nil
}

// addressIn reads a key file's address, which is not encrypted.
func addressIn(data []byte) (common.Address, bool) {
	var file struct {
		Address string          `json:"address"`
		Crypto  json.RawMessage `json:"crypto"`
	}
	if json.Unmarshal(data, &file) != nil || file.Crypto == nil || !common.IsHexAddress(file.Address) {
		return common.Address{}, false
	}
	return common.HexToAddress(file.Address), true
}

// File finds an account's key file.
func (k Keystore) File(account common.Address) (KeyFile, error) {
	files, err := k.Files()
	if err != nil {
		return KeyFile{}, err
	}
	var found []KeyFile
	for _, file := range files {
		if file.Address == account {
			found = append(found, file)
		}
	}
	switch len(found) {
	case 0:
		return KeyFile{}, fmt.Errorf("%w in %s", ErrUnknown, k.Dir)
	case 1:
		return found[0], nil
	default:
		return KeyFile{}, fmt.Errorf("two key files for one account: %s and %s, move one away", found[0].Path, found[1].Path)
	}
}

// Key decrypts an account's key.
func (k Keystore) Key(account common.Address, password string) (*ecdsa.PrivateKey, error) {
	file, err := k.File(account)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file.Path)
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	key, err := Decrypt(data, password)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.Path, err)
	}
	if address := crypto.PubkeyToAddress(key.PublicKey); address != account {
		Erase(key)
		return nil, fmt.Errorf("%s is damaged: it has the key of %s", file.Path, address)
	}
	return key, nil
}

// Decrypt returns the key in a key file.
func Decrypt(data []byte, password string) (key *ecdsa.PrivateKey, err error) {
	// go-ethereum takes the parameters of the encryption as they are: one that is
	// missing makes it panic.
	defer func() {
		if r := recover(); r != nil {
			key, err = nil, fmt.Errorf("key file is damaged: %v", r)
		}
	}()
	decrypted, err := keystore.DecryptKey(data, password)
	switch {
	case errors.Is(err, keystore.ErrDecrypt):
		return nil, ErrPassword
	case err != nil:
		return nil, fmt.Errorf("key file is damaged: %w", err)
	}
	return decrypted.PrivateKey, nil
}

// Add writes a key file, encrypted with the password. A key that has one already is
// ErrExists.
func (k Keystore) Add(key *ecdsa.PrivateKey, password string) (KeyFile, error) {
	file := KeyFile{Address: crypto.PubkeyToAddress(key.PublicKey)}
	switch found, err := k.File(file.Address); {
	case err == nil:
		return found, fmt.Errorf("%w: %s", ErrExists, found.Path)
	case !errors.Is(err, ErrUnknown):
		return KeyFile{}, err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return KeyFile{}, fmt.Errorf("keystore: %w", err)
	}
	n, p := keystore.StandardScryptN, keystore.StandardScryptP
	if k.Light {
		n, p = keystore.LightScryptN, keystore.LightScryptP
	}
	data, err := keystore.EncryptKey(&keystore.Key{Id: id, Address: file.Address, PrivateKey: key}, password, n, p)
	if err != nil {
		return KeyFile{}, fmt.Errorf("encrypt key: %w", err)
	}
	// Money may be sent to the account as soon as this returns.
	again, err := Decrypt(data, password)
	if err != nil {
		return KeyFile{}, fmt.Errorf("check the encrypted key: %w", err)
	}
	Erase(again)
	file.Path = filepath.Join(k.Dir, fileName(time.Now(), file.Address))
	return file, k.write(file.Path, data)
}

// fileName is geth's, the time first.
func fileName(now time.Time, address common.Address) string {
	return fmt.Sprintf("UTC--%s--%x", now.UTC().Format("2006-01-02T15-04-05.000000000Z"), address)
}

// write makes a file that is either whole or not there, and that only its owner can
// read.
func (k Keystore) write(path string, data []byte) error {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return fmt.Errorf("keystore: %w", err)
	}
	file, err := os.CreateTemp(k.Dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keystore: %w", err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keystore: %w", err), os.Remove(file.Name()))
	}
	return nil
}

// ParseKey reads a key as 64 hex digits, with or without 0x, as geth's and foundry's
// files have it.
func ParseKey(text []byte) (*ecdsa.PrivateKey, error) {
	digits := bytes.TrimPrefix(bytes.TrimSpace(text), []byte("0x"))
	raw := make([]byte, hex.DecodedLen(len(digits)))
	// Errors say nothing of what is there: it may be a key with a slip of the pen.
	if _, err := hex.Decode(raw, digits); err != nil || len(raw) != 32 {
		return nil, errors.New("not a private key of 64 hex digits")
	}
	key, err := crypto.ToECDSA(raw)
	if err != nil {
		return nil, errors.New("not a private key: zero, or above the curve's order")
	}
	return key, nil
}

// FormatKey is the inverse of ParseKey.
func FormatKey(key *ecdsa.PrivateKey) string { return hex.EncodeToString(crypto.FromECDSA(key)) }

// Passwords reads a file of passwords, one per line, at least one.
func Passwords(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", FlagPasswords, err)
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), nil
}
