package rpc

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/monolith-chain/monolith/miner"
)

// minerAPI is the namespace miner: what the flags --mine and --miner.* say, changed
// while the node runs. It is forgotten when the node stops.
type minerAPI struct{ miner Miner }

// Start is miner_start: mine, with so many threads if a number is given, else with as
// many as before.
func (api *minerAPI) Start(threads *int) (bool, error) {
	return api.change(func(s *miner.Settings) {
		s.Enabled = true
		if threads != nil {
			s.Threads = *threads
		}
	})
}

// Stop is miner_stop: mine no more, not through external miners either.
func (api *minerAPI) Stop() (bool, error) {
	return api.change(func(s *miner.Settings) { s.Enabled = false })
}

// SetThreads is miner_setThreads: how many threads seal; 0 leaves it to external
// miners.
func (api *minerAPI) SetThreads(threads int) (bool, error) {
	return api.change(func(s *miner.Settings) { s.Threads = threads })
}

// SetCPU is miner_setCPU: the share of a core that each thread may use, 0.1 for a
// tenth.
func (api *minerAPI) SetCPU(share float64) (bool, error) {
	return api.change(func(s *miner.Settings) { s.CPU = share })
}

// SetEtherbase is miner_setEtherbase: who is paid rewards and fees.
func (api *minerAPI) SetEtherbase(address common.Address) (bool, error) {
	return api.change(func(s *miner.Settings) { s.Etherbase = address })
}

// SetGasLimit is miner_setGasLimit: the gas limit that mined blocks move towards.
func (api *minerAPI) SetGasLimit(gasLimit hexutil.Uint64) (bool, error) {
	return api.change(func(s *miner.Settings) { s.GasLimit = uint64(gasLimit) })
}

// SetGasPrice is miner_setGasPrice: the lowest tip per gas, in wei, that a transaction
// must pay to be mined. It changes nothing for the pool.
func (api *minerAPI) SetGasPrice(gasPrice hexutil.Big) (bool, error) {
	return api.change(func(s *miner.Settings) { s.GasPrice = gasPrice.ToInt() })
}

// SetExtra is miner_setExtra: text, or bytes as 0x and hex, to put into mined blocks.
func (api *minerAPI) SetExtra(extra string) (bool, error) {
	data, err := miner.ParseExtraData(extra)
	if err != nil {
		return false, invalidParams("%v", err)
	}
	return api.change(func(s *miner.Settings) { s.ExtraData = data })
}

// change answers true, or says everything that is wrong with the new settings.
func (api *minerAPI) change(change func(*miner.Settings)) (bool, error) {
	return done(api.miner.Change(change))
}

// minerStatus is the answer of miner_status.
type minerStatus struct {
	Enabled          bool           `json:"enabled"`          // mining is switched on
	Mining           bool           `json:"mining"`           // blocks are searched for now
	Trouble          string         `json:"trouble"`          // why that is paused or fails; "" = it is not
	Threads          int            `json:"threads"`          // that seal
	CPU              float64        `json:"cpu"`              // share of a core of each
	Hashrate         hexutil.Uint64 `json:"hashrate"`         // of all miners, per second
	ExternalMiners   int            `json:"externalMiners"`   // that report their hash rates
	ExternalHashrate hexutil.Uint64 `json:"externalHashrate"` // what they report, per second
	Etherbase        common.Address `json:"etherbase"`
	ExtraData        hexutil.Bytes  `json:"extraData"`
	GasLimit         hexutil.Uint64 `json:"gasLimit"`
	GasPrice         *hexutil.Big   `json:"gasPrice"`
}

// Status is miner_status: the settings in force, and what comes of them.
func (api *minerAPI) Status() *minerStatus {
	settings := api.miner.Settings()
	miners, external := api.miner.ExternalMiners()
	status := &minerStatus{
		Enabled:          settings.Enabled,
		Mining:           api.miner.Mining(),
		Threads:          settings.Threads,
		CPU:              settings.CPU,
		Hashrate:         hexutil.Uint64(api.miner.Hashrate()),
		ExternalMiners:   miners,
		ExternalHashrate: hexutil.Uint64(external),
		Etherbase:        settings.Etherbase,
		ExtraData:        settings.ExtraData,
		GasLimit:         hexutil.Uint64(settings.GasLimit),
		GasPrice:         (*hexutil.Big)(settings.GasPrice),
	}
	if err := api.miner.Status(); err != nil {
		status.Trouble = err.Error()
	}
	return status
}
