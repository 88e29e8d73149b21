package rpc

import "github.com/ethereum/go-ethereum/common/hexutil"

// netAPI is the namespace net.
type netAPI struct {
	id    string // the network's, which is the chain's
	peers func() int
}

// Version is net_version: the network's id in decimal.
func (api *netAPI) Version() string { return api.id }

// Listening is net_listening. Clients ask it to learn whether there is a node at
// all, so it is true with peers or without.
func (api *netAPI) Listening() bool { return true }

// PeerCount is net_peerCount.
func (api *netAPI) PeerCount() hexutil.Uint {
	if api.peers == nil {
		return 0
	}
	return hexutil.Uint(api.peers())
}
