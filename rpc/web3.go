package rpc

import (
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// web3API is the namespace web3.
type web3API struct{ version string }

// ClientVersion is web3_clientVersion.
func (api *web3API) ClientVersion() string { return api.version }

// Sha3 is web3_sha3: Keccak-256, which the name is older than.
func (api *web3API) Sha3(data hexutil.Bytes) hexutil.Bytes { return crypto.Keccak256(data) }
