package wallet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

var _ registry.Service = (*Service)(nil)

// FlagUnlock and FlagPasswords name the flags that errors of this package point to.
const (
	FlagUnlock    = "unlock"
	FlagPasswords = "password"
)

// ErrNoKey is the answer to a request to sign for an account without a key here.
var ErrNoKey = errors.New("no key")

// Config says which keys the node holds.
type Config struct {
	Open         []*ecdsa.PrivateKey // need no password; the service overwrites them in the end
	Keystore     Keystore
	Unlock       []common.Address // of the keystore
	PasswordFile string           // a line for each of them, in order; the last one is for all that follow

	Log logrus.FieldLogger
}

// Service signs with the keys that the node holds.
type Service struct {
	accounts []common.Address

	// mu guards keys, which Stop overwrites.
	mu   sync.RWMutex
	keys map[common.Address]*ecdsa.PrivateKey // nil once stopped
}

// New unlocks what is to be unlocked, which takes a second for each key: the format
// makes guessing expensive.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Log == nil {
		return nil, errors.New("wallet configuration: no logger")
	}
	s := &Service{keys: make(map[common.Address]*ecdsa.PrivateKey)}
	for _, key := range cfg.Open {
		s.add(key)
	}
	if err := s.unlock(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Service) unlock(ctx context.Context, cfg Config) error {
	if len(cfg.Unlock) == 0 {
		return nil
	}
	passwords, err := Passwords(cfg.PasswordFile)
	if err != nil {
		return err
	}
	for i, account := range cfg.Unlock {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, err := cfg.Keystore.Key(account, passwords[min(i, len(passwords)-1)])
		if errors.Is(err, ErrPassword) {
			err = fmt.Errorf("%w: line %d of the file of --%s", err, min(i, len(passwords)-1)+1, FlagPasswords)
		}
		if err != nil {
			return fmt.Errorf("--%s %s: %w", FlagUnlock, account, err)
		}
		s.add(key)
		cfg.Log.WithField("account", account).Warn("Account unlocked: whoever can call this node can spend what it has")
	}
	return nil
}

func (s *Service) add(key *ecdsa.PrivateKey) {
	account := crypto.PubkeyToAddress(key.PublicKey)
	if s.keys[account] == nil {
		s.accounts = append(s.accounts, account)
		s.keys[account] = key
	}
}

// Start has nothing to do.
func (s *Service) Start() {}

// Status is nil while the service can sign.
func (s *Service) Status() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.keys == nil {
		return registry.ErrStopped
	}
	return nil
}

// Stop overwrites the keys. What of them go-ethereum has copied while signing is left
// to the garbage collector.
func (s *Service) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys {
		Erase(key)
	}
	s.keys = nil
	return nil
}

// Accounts returns the accounts that the service can sign for, those that need no
// password first.
func (s *Service) Accounts() []common.Address { return slices.Clone(s.accounts) }

// SignHash signs a hash of 32 bytes. The signature is R, S and V, which is 0 or 1. An
// account without a key is ErrNoKey.
func (s *Service) SignHash(account common.Address, hash []byte) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	key := s.keys[account]
	if key == nil {
		return nil, fmt.Errorf("%w for %s", ErrNoKey, account)
	}
	return crypto.Sign(hash, key)
}

// Erase overwrites a key, which is of no use then.
//
//nolint:staticcheck // D is deprecated for those who compute with it
func Erase(key *ecdsa.PrivateKey) { clear(key.D.Bits()) }
