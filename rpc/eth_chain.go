package rpc

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// protocolVersion is the version in the names of the peers' protocols, of package sync.
const protocolVersion = 1

// chainAPI answers what the chain is and what the node does on it.
type chainAPI struct {
	*backend
	history History
}

// ChainId is eth_chainId (EIP-695).
func (api *chainAPI) ChainId() *hexutil.Big { //nolint:revive // the name is the method's
	return (*hexutil.Big)(api.config.ChainID)
}

// ProtocolVersion is eth_protocolVersion: that of what this node speaks with its
// peers, which is no version of geth's protocol.
func (api *chainAPI) ProtocolVersion() hexutil.Uint { return protocolVersion }

// BlockNumber is eth_blockNumber.
func (api *chainAPI) BlockNumber() hexutil.Uint64 {
	return hexutil.Uint64(api.chain.CurrentBlock().Number.Uint64())
}

// Syncing is eth_syncing: false, or how far the node has come.
func (api *chainAPI) Syncing() any {
	progress := api.progress()
	if progress == nil {
		return false
	}
	return showProgress(progress)
}

// Coinbase is eth_coinbase: who is paid for the blocks mined here.
func (api *chainAPI) Coinbase() (common.Address, error) {
	if api.miner == nil || api.miner.Etherbase() == (common.Address{}) {
		return common.Address{}, errors.New("etherbase must be explicitly specified (see --miner.etherbase)")
	}
	return api.miner.Etherbase(), nil
}

// Mining is eth_mining.
func (api *chainAPI) Mining() bool { return api.miner != nil && api.miner.Mining() }

// Hashrate is eth_hashrate: hashes per second.
func (api *chainAPI) Hashrate() hexutil.Uint64 {
	if api.miner == nil {
		return 0
	}
	return hexutil.Uint64(api.miner.Hashrate())
}
