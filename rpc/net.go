package rpc

import "github.com/ethereum/go-ethereum/common/hexutil"

// netAPI is the namespace net.
type netAPI struct {
	id      string  // the network's, which is the chain's
	network Network // nil = none
}

// Version is net_version: the network's id in decimal.
func (api *netAPI) Version() string { return api.id }

// Listening is net_listening: always true, as geth, anvil and Hardhat answer, also
// for a node without a network. Clients take it for the question whether the node
// is there: web3.js does.
func (api *netAPI) Listening() bool { return true }

// PeerCount is net_peerCount.
func (api *netAPI) PeerCount() hexutil.Uint {
	if api.network == nil {
		return 0
	}
	return hexutil.Uint(api.network.Count())
}
