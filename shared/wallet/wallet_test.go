package wallet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gethaccounts "github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func light(t *testing.T) Keystore {
	return Keystore{Dir: filepath.Join(t.TempDir(), "new", "keystore"), Light: true}
}

func (k Keystore) mustAdd(t *testing.T, key *ecdsa.PrivateKey, password string) KeyFile {
	t.Helper()
	file, err := k.Add(key, password)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

// TestGeth: geth opens our files, and we open geth's.
func TestGeth(t *testing.T) {
	k, key := light(t), newKey(t)
	file := k.mustAdd(t, key, "ours")
	if info, err := os.Stat(file.Path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if name := filepath.Base(file.Path); !regexp.MustCompile(`^UTC--\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{9}Z--[0-9a-f]{40}$`).MatchString(name) {
		t.Errorf("name %s", name)
	}
	geth, err := keystore.StoreKey(k.Dir, "geth's", keystore.LightScryptN, keystore.LightScryptP)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := k.Key(geth.Address, "geth's")
	if err != nil || addressOf(opened) != geth.Address {
		t.Errorf("geth's key: %v", err)
	}
	files, err := k.Files()
	if err != nil || !slices.Equal(files, []KeyFile{file, {geth.Address, geth.URL.Path}}) {
		t.Errorf("files %v, %v", files, err)
	}

	theirs := keystore.NewKeyStore(k.Dir, keystore.LightScryptN, keystore.LightScryptP)
	signature, err := theirs.SignHashWithPassphrase(gethaccounts.Account{Address: file.Address}, "ours", crypto.Keccak256())
	if err != nil {
		t.Fatal(err)
	}
	if public, err := crypto.SigToPub(crypto.Keccak256(), signature); err != nil || crypto.PubkeyToAddress(*public) != addressOf(key) {
		t.Errorf("geth signs with another key: %v", err)
	}
}

func TestKeystoreErrors(t *testing.T) {
	k, key := light(t), newKey(t)
	if files, err := k.Files(); len(files) != 0 || err != nil {
		t.Errorf("no directory: %v, %v", files, err)
	}
	file := k.mustAdd(t, key, "secret")
	if _, err := k.Add(key, "again"); !errors.Is(err, ErrExists) {
		t.Errorf("again: %v", err)
	}
	if _, err := k.Key(file.Address, "wrong"); !errors.Is(err, ErrPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := k.Key(common.Address{1}, "secret"); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown account: %v", err)
	}
	data, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	// What is no key file is passed over.
	write(t, filepath.Join(k.Dir, "readme"), "keys")
	write(t, filepath.Join(k.Dir, "other.json"), `{"address":"`+file.Address.Hex()+`"}`)
	write(t, filepath.Join(k.Dir, ".new-1"), string(data))
	write(t, filepath.Join(k.Dir, "copy~"), string(data))
	if err := os.Mkdir(filepath.Join(k.Dir, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	if files, err := k.Files(); err != nil || !slices.Equal(files, []KeyFile{file}) {
		t.Errorf("files %v, %v", files, err)
	}
	write(t, filepath.Join(k.Dir, "twice"), string(data))
	if _, err := k.Key(file.Address, "secret"); err == nil || !strings.Contains(err.Error(), "two key files for one account") {
		t.Errorf("twice: %v", err)
	}
	// A file under a wrong address.
	other := Keystore{Dir: t.TempDir()}
	write(t, filepath.Join(other.Dir, "swapped"), strings.Replace(string(data), strings.ToLower(file.Address.Hex()[2:]), strings.Repeat("11", 20), 1))
	if _, err := other.Key(common.Address(slices.Repeat([]byte{0x11}, 20)), "secret"); err == nil || !strings.Contains(err.Error(), "is damaged: it has the key of "+file.Address.Hex()) {
		t.Errorf("swapped: %v", err)
	}
}

func TestDecryptDamaged(t *testing.T) {
	for _, data := range []string{
		``, `{}`, `7`, `{"version":3}`, `{"version":"1","crypto":{}}`,
		`{"version":3,"id":"00000000-0000-0000-0000-000000000000","crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{}}}`,
		`{"version":3,"id":"00000000-0000-0000-0000-000000000000","crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"salt":"","dklen":"x"}}}`,
	} {
		if key, err := Decrypt([]byte(data), ""); key != nil || err == nil || !strings.HasPrefix(err.Error(), "key file is damaged: ") {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestParseKey(t *testing.T) {
	key := newKey(t)
	digits := FormatKey(key)
	for _, text := range []string{digits, "0x" + digits, strings.ToUpper(digits) + "\n", " 0x" + digits + "\r\n"} {
		if parsed, err := ParseKey([]byte(text)); err != nil || !parsed.Equal(key) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "0x", digits[1:], digits[2:], digits + "00", "x" + digits[1:], strings.Repeat("0", 64), strings.Repeat("f", 64)} {
		if _, err := ParseKey([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		} else if len(text) > 10 && strings.Contains(err.Error(), text[5:]) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n"))
	f.Add([]byte("0x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := ParseKey(text)
		if err != nil {
			return
		}
		if again, err := ParseKey([]byte(FormatKey(key))); err != nil || !again.Equal(key) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzAddressIn(f *testing.F) {
	f.Add([]byte(`{"address":"f39fd6e51aad88f6f4ce6ab8827279cfffb92266","crypto":{}}`))
	f.Add([]byte(`[{"address":1}]`))
	f.Fuzz(func(_ *testing.T, data []byte) { addressIn(data) })
}

func TestService(t *testing.T) {
	k, open, one, two, locked := light(t), newKey(t), newKey(t), newKey(t), newKey(t)
	k.mustAdd(t, one, "1")
	k.mustAdd(t, two, "last")
	k.mustAdd(t, locked, "last")
	cfg := Config{
		Open: []*ecdsa.PrivateKey{open}, Keystore: k, Log: discard(),
		Unlock:       []common.Address{addressOf(one), addressOf(two), addressOf(two)},
		PasswordFile: write(t, filepath.Join(t.TempDir(), "passwords"), "1\r\nlast\n"),
	}
	s, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	want := []common.Address{addressOf(open), addressOf(one), addressOf(two)}
	if !slices.Equal(s.Accounts(), want) || s.Status() != nil {
		t.Errorf("accounts %v, status %v", s.Accounts(), s.Status())
	}
	hash := crypto.Keccak256()
	for _, account := range want {
		signature, err := s.SignHash(account, hash)
		if err != nil {
			t.Fatal(err)
		}
		if key, err := crypto.SigToPub(hash, signature); err != nil || crypto.PubkeyToAddress(*key) != account {
			t.Errorf("%v: %v", account, err)
		}
	}
	if _, err := s.SignHash(addressOf(locked), hash); !errors.Is(err, ErrNoKey) {
		t.Errorf("locked: %v", err)
	}
	for range 2 {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.SignHash(want[0], hash); !errors.Is(err, ErrNoKey) || !errors.Is(s.Status(), registry.ErrStopped) {
		t.Errorf("stopped: %v, %v", err, s.Status())
	}
	if strings.Trim(FormatKey(open), "0") != "" {
		t.Error("the key is still there")
	}
}

func TestUnlockErrors(t *testing.T) {
	k, key := light(t), newKey(t)
	k.mustAdd(t, key, "secret")
	passwords := write(t, filepath.Join(t.TempDir(), "passwords"), "wrong")
	for want, cfg := range map[string]Config{
		"no logger":         {},
		"--password: open ": {Log: discard(), Keystore: k, Unlock: []common.Address{addressOf(key)}, PasswordFile: passwords + "?"},
		"--unlock " + addressOf(key).Hex() + ": " + k.Dir:  {Log: discard(), Keystore: k, Unlock: []common.Address{addressOf(key)}, PasswordFile: passwords},
		"wrong password: line 1 of the file of --password": {Log: discard(), Keystore: k, Unlock: []common.Address{addressOf(key)}, PasswordFile: passwords},
		"no key file for this account in " + k.Dir:         {Log: discard(), Keystore: k, Unlock: []common.Address{{1}}, PasswordFile: passwords},
	} {
		if _, err := New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg := Config{Log: discard(), Keystore: k, Unlock: []common.Address{addressOf(key)}, PasswordFile: passwords}
	if _, err := New(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
