package rpc

import "github.com/ethereum/go-ethereum/common/hexutil"

// netAPI is the namespace net.
type netAPI struct {
	id      string  // the network's, which is the chain's
	network Network // nil = none
}

// Version is net_version: the network's id in decimal.
func (api *netAPI) Version() string { return api.id }

// Listening is net_listening: whether the node takes part in a network, with peers
// or without.
func (api *netAPI) Listening() bool { return api.network != nil }

// PeerCount is net_peerCount.
func (api *netAPI) PeerCount() hexutil.Uint {
	if api.network == nil {
		return 0
	}
	return hexutil.Uint(api.network.Count())
}
