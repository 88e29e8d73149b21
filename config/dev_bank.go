package config

import (
	"crypto/ecdsa"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// DevBank returns the key of the account of development chains that gives others
// the balances which they shall have, and takes what blocks pay: the well-known
// accounts have only what their users do. Its key is the hash of a text.
func DevBank() *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("bank of the development chain")))
	if err != nil {
		panic(err) // a constant
	}
	return key
}

// DevBankAddress returns the address of DevBank.
func DevBankAddress() common.Address { return crypto.PubkeyToAddress(DevBank().PublicKey) }

// devBankBalance is half of all numbers: sums of balances never overflow.
func devBankBalance() *big.Int { return new(big.Int).Lsh(common.Big1, 255) }
