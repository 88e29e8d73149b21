package rpc

import (
	"math"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
)

// forkConfig is what a fork has made of the chain (EIP-7910).
type forkConfig struct {
	ActivationTime  uint64                    `json:"activationTime"` // 0 = from genesis
	BlobSchedule    *params.BlobConfig        `json:"blobSchedule"`
	ChainID         *hexutil.Big              `json:"chainId"`
	ForkID          hexutil.Bytes             `json:"forkId"`
	Precompiles     map[string]common.Address `json:"precompiles"`
	SystemContracts map[string]common.Address `json:"systemContracts"`
}

// forkConfigs is the answer to eth_config. Next and Last are null while no fork is
// scheduled.
type forkConfigs struct {
	Current *forkConfig `json:"current"`
	Next    *forkConfig `json:"next"`
	Last    *forkConfig `json:"last"`
}

// Config is eth_config (EIP-7910): the rules of the current fork, the next and the
// last one that are scheduled.
func (api *chainAPI) Config() *forkConfigs {
	config, now := api.config, api.chain.CurrentBlock().Time
	current, last := config.LatestFork(now), config.LatestFork(math.MaxUint64)
	configs := &forkConfigs{Current: api.forkAt(config.Timestamp(current))}
	// Forks between may be left out of the schedule.
	for fork := current + 1; fork <= last && configs.Next == nil; fork++ {
		configs.Next = api.forkAt(config.Timestamp(fork))
	}
	if configs.Next != nil {
		configs.Last = api.forkAt(config.Timestamp(last))
	}
	return configs
}

// forkAt describes the fork that is activated at the given time; nil for none.
func (api *chainAPI) forkAt(at *uint64) *forkConfig {
	if at == nil {
		return nil
	}
	config, genesis := api.config, api.chain.GetHeaderByNumber(0)
	id := forkid.NewID(config, types.NewBlockWithHeader(genesis), math.MaxUint64, *at)
	fork := &forkConfig{
		BlobSchedule:    config.BlobConfig(config.LatestFork(*at)),
		ChainID:         (*hexutil.Big)(config.ChainID),
		ForkID:          id.Hash[:],
		Precompiles:     make(map[string]common.Address),
		SystemContracts: config.ActiveSystemContracts(*at),
	}
	if *at > genesis.Time {
		fork.ActivationTime = *at
	}
	for address, contract := range vm.ActivePrecompiledContracts(config.Rules(config.LondonBlock, true, *at)) {
		fork.Precompiles[contract.Name()] = address
	}
	return fork
}

// History says for how many blocks before the head the node keeps what; 0 is all.
type History struct {
	State uint64 // balances, storage, calls, proofs
	Logs  uint64 // the index of logs: older blocks are searched one by one
}

// capabilities is the answer to eth_capabilities.
type capabilities struct {
	Head struct {
		Number hexutil.Uint64 `json:"number"`
		Hash   common.Hash    `json:"hash"`
	} `json:"head"`
	State       kept `json:"state"`
	Tx          kept `json:"tx"`
	Logs        kept `json:"logs"`
	Receipts    kept `json:"receipts"`
	Blocks      kept `json:"blocks"`
	StateProofs kept `json:"stateproofs"`
}

// kept says from which block on the node has something, and what becomes of it.
type kept struct {
	Disabled       bool           `json:"disabled"`
	OldestBlock    hexutil.Uint64 `json:"oldestBlock"`
	DeleteStrategy *keptWindow    `json:"deleteStrategy,omitempty"` // nil = nothing is deleted
}

// keptWindow is the strategy to keep that many blocks before the head.
type keptWindow struct {
	Type            string         `json:"type"`
	RetentionBlocks hexutil.Uint64 `json:"retentionBlocks"`
}

// Capabilities is eth_capabilities: from which block on the node can answer questions
// about what, for those who route requests among nodes.
func (api *chainAPI) Capabilities() *capabilities {
	head := api.chain.CurrentBlock()
	number := head.Number.Uint64()
	window := func(blocks, floor uint64) kept {
		k := kept{OldestBlock: hexutil.Uint64(floor)}
		if blocks == 0 {
			return k
		}
		k.DeleteStrategy = &keptWindow{"window", hexutil.Uint64(blocks)}
		if number+1 > blocks {
			k.OldestBlock = hexutil.Uint64(max(number+1-blocks, floor))
		}
		return k
	}
	blocks, states := window(0, api.earliest()), window(api.history.State, api.chain.OldestState())
	c := &capabilities{
		State: states, StateProofs: states,
		// Transactions are indexed as long as their blocks are kept.
		Blocks: blocks, Tx: blocks, Receipts: blocks,
		Logs: window(api.history.Logs, api.earliest()),
	}
	c.Head.Number, c.Head.Hash = hexutil.Uint64(number), head.Hash()
	return c
}
