package config

import (
	"crypto/ecdsa"

	"github.com/ethereum/go-ethereum/crypto"
)

// DevFaucet returns the key of the account of development chains that monolith_faucet
// gives from, which DevBank fills. It is one of its own, since a transaction of the bank
// that waits for its block would be replaced by those of the next change. Its key is the
// hash of a text.
func DevFaucet() *ecdsa.PrivateKey {
	return crypto.ToECDSAUnsafe(crypto.Keccak256([]byte("faucet of the development chain"))) // a constant
}
