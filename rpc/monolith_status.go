package rpc

import (
	"math"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/monolith-chain/monolith/shared/pow"
)

// hashrateBlocks is how many blocks the estimate of the network's hash rate is made of.
// The time that they took varies by a tenth from one such lot to the next.
const hashrateBlocks = 120

// Engines, as monolith_status names them.
const (
	engineWork    = "proof-of-work"
	engineInstant = "instant"
	engineStock   = pow.EngineStock
)

// About is what does not change about a node, for monolith_status.
type About struct {
	Name      string        // the network's, for people
	BlockTime time.Duration // that is aimed at; 0 = blocks come when there is something to do
	Started   time.Time
}

// statusAPI shows the node at a glance.
type statusAPI struct {
	*summaries
	cfg      Config
	engine   string
	accounts *accountAPI
}

func newStatusAPI(s *summaries, cfg Config, accounts *accountAPI) *statusAPI {
	api := &statusAPI{summaries: s, cfg: cfg, engine: engineStock, accounts: accounts}
	if engine, ok := s.chain.Engine().(*pow.Engine); ok {
		if api.engine = engineWork; engine.Params().Instant() {
			api.engine = engineInstant
		}
	}
	return api
}

// nodeStatus is the answer of monolith_status. Stamps of the node are milliseconds of the
// Unix time.
type nodeStatus struct {
	ClientVersion string           `json:"clientVersion"`
	ChainID       *hexutil.Big     `json:"chainId"`
	Name          string           `json:"name"` // the network's
	Genesis       common.Hash      `json:"genesis"`
	Engine        string           `json:"engine"` // "proof-of-work", "instant" or "stock"
	Dev           bool             `json:"dev"`
	Currency      currency         `json:"currency"`
	BlockTime     *hexutil.Uint64  `json:"blockTime"` // milliseconds; null = on demand
	Started       hexutil.Uint64   `json:"started"`
	Time          hexutil.Uint64   `json:"time"` // the node's clock
	Head          *blockSummary    `json:"head"`
	Difficulty    *hexutil.Big     `json:"totalDifficulty"`
	Safe          hexutil.Uint64   `json:"safe"`
	Finalized     hexutil.Uint64   `json:"finalized"`
	Syncing       any              `json:"syncing"` // as eth_syncing
	Network       bool             `json:"network"` // whether there is one
	Peers         hexutil.Uint     `json:"peers"`
	Pool          poolCount        `json:"pool"`
	Mining        *miningStatus    `json:"mining"`       // null = it cannot
	Hashrate      *hexutil.Uint64  `json:"hashrate"`     // of the network, per second; null = not known
	Faucet        *faucetOffer     `json:"faucet"`       // null = none
	AddressIndex  *indexStatus     `json:"addressIndex"` // null = off
	Accounts      []common.Address `json:"accounts"`
}

// indexStatus is how far the index of addresses goes.
type indexStatus struct {
	Head   hexutil.Uint64 `json:"head"` // the last block in it
	Synced bool           `json:"synced"`
}

// currency is what EIP-3085 calls nativeCurrency.
type currency struct {
	Name     string       `json:"name"`
	Symbol   string       `json:"symbol"`
	Decimals hexutil.Uint `json:"decimals"`
}

type poolCount struct {
	Pending hexutil.Uint `json:"pending"`
	Queued  hexutil.Uint `json:"queued"`
}

// miningStatus is what the node's own miner does.
type miningStatus struct {
	Mining   bool           `json:"mining"`
	Hashrate hexutil.Uint64 `json:"hashrate"` // per second
	Coinbase common.Address `json:"coinbase"`
	Threads  hexutil.Uint   `json:"threads"`
}

// Status is monolith_status: what the node is, where its chain, its pool and its miner
// are, and the hash rate of the network as its last blocks tell it.
func (api *statusAPI) Status() (*nodeStatus, error) {
	header := api.chain.CurrentBlock()
	head, err := api.of(header.Hash(), header.Number.Uint64())
	if err != nil {
		return nil, err
	}
	if head == nil {
		return nil, errHeaderNotFound // it was replaced meanwhile
	}
	status := &nodeStatus{
		ClientVersion: api.cfg.ClientVersion,
		ChainID:       (*hexutil.Big)(api.config.ChainID),
		Name:          api.cfg.About.Name,
		Genesis:       api.chain.GetCanonicalHash(0),
		Engine:        api.engine,
		Dev:           api.dev != nil,
		Currency:      currency{"Ether", "ETH", 18},
		Started:       hexutil.Uint64(api.cfg.About.Started.UnixMilli()),
		Time:          hexutil.Uint64(time.Now().UnixMilli()),
		Head:          head,
		Difficulty:    head.TotalDifficulty,
		Safe:          hexutil.Uint64(api.chain.SafeHeader().Number.Uint64()),
		Finalized:     hexutil.Uint64(api.chain.FinalizedHeader().Number.Uint64()),
		Syncing:       false,
		Network:       api.cfg.Network != nil,
		Mining:        api.mining(),
		Hashrate:      api.networkHashrate(head),
		Faucet:        api.cfg.Faucet.offer(),
		Accounts:      api.accounts.Accounts(),
	}
	if t := api.cfg.About.BlockTime; t > 0 {
		ms := hexutil.Uint64(t.Milliseconds())
		status.BlockTime = &ms
	}
	if progress := api.progress(); progress != nil {
		status.Syncing = showProgress(progress)
	}
	if status.Network {
		status.Peers = hexutil.Uint(api.cfg.Network.Count())
	}
	if index := api.cfg.AddressIndex; index != nil {
		status.AddressIndex = &indexStatus{hexutil.Uint64(index.Head()), index.Synced()}
	}
	pending, queued := api.pool.Stats()
	status.Pool = poolCount{hexutil.Uint(pending), hexutil.Uint(queued)}
	return status, nil
}

func (api *statusAPI) mining() *miningStatus {
	if api.miner == nil {
		return nil
	}
	settings := api.miner.Settings()
	return &miningStatus{
		Mining: api.miner.Mining(), Hashrate: hexutil.Uint64(api.miner.Hashrate()),
		Coinbase: settings.Etherbase, Threads: hexutil.Uint(settings.Threads),
	}
}

// networkHashrate is the work of the last blocks by the time that they took. Where blocks
// need no work there is none to tell.
func (api *statusAPI) networkHashrate(head *blockSummary) *hexutil.Uint64 {
	number := uint64(head.Number)
	if api.engine != engineWork || number < 2 {
		return nil
	}
	// Not the genesis block, which may have been stamped long before the first one.
	first := api.chain.GetHeaderByNumber(number - min(number-1, hashrateBlocks))
	if first == nil {
		return nil
	}
	before := api.chain.TotalWork(first.Hash(), first.Number.Uint64())
	if before == nil || uint64(head.Timestamp) <= first.Time {
		return nil
	}
	work := new(big.Int).Sub(head.TotalDifficulty.ToInt(), before)
	rate := work.Div(work, bigUint(uint64(head.Timestamp)-first.Time))
	if !rate.IsUint64() {
		rate.SetUint64(math.MaxUint64)
	}
	result := hexutil.Uint64(rate.Uint64())
	return &result
}
