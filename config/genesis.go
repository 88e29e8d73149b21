package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
)

// Genesis is what all nodes of a network must agree on: block 0 with its state,
// the fork schedule and the proof-of-work parameters. As JSON it is
// go-ethereum's genesis file with one object more, config.pow, which
// go-ethereum ignores: it makes the same genesis block of the same file.
type Genesis struct {
	Core *core.Genesis
	Pow  *pow.Params
}

// GenesisOptions are the choices that a network's founder makes. Everything
// else of a genesis follows from them; NewGenesis fills it in.
type GenesisOptions struct {
	ChainID   uint64
	Timestamp uint64 // Unix seconds; block 1 must be later
	GasLimit  uint64
	Pow       pow.Params
	Alloc     types.GenesisAlloc // funded accounts; the system contracts are added
}

// NewGenesis makes a genesis whose blocks follow all rules up to Osaka from the
// start. The result is valid if the options are: see Genesis.Validate.
func NewGenesis(o GenesisOptions) *Genesis {
	alloc := systemContracts()
	maps.Copy(alloc, o.Alloc)
	parameters := o.Pow
	return &Genesis{
		Core: &core.Genesis{
			Config:     forkSchedule(o.ChainID),
			Timestamp:  o.Timestamp,
			ExtraData:  parameters.GenesisExtra(),
			GasLimit:   o.GasLimit,
			Difficulty: new(big.Int),
			Alloc:      alloc,
		},
		Pow: &parameters,
	}
}

// forkSchedule activates every fork up to Osaka at genesis. It is spelled out,
// so that an update of go-ethereum cannot change a network's rules; its own
// AllDevChainProtocolChanges would activate a later fork and skip others.
//
// The fork block of Gray Glacier and its like only delayed the difficulty bomb
// of the old proof of work; they are set since tools print them.
func forkSchedule(chainID uint64) *params.ChainConfig {
	block0 := new(big.Int)
	time0 := uint64(0)
	return &params.ChainConfig{
		ChainID:                 new(big.Int).SetUint64(chainID),
		HomesteadBlock:          block0,
		EIP150Block:             block0,
		EIP155Block:             block0,
		EIP158Block:             block0,
		ByzantiumBlock:          block0,
		ConstantinopleBlock:     block0,
		PetersburgBlock:         block0,
		IstanbulBlock:           block0,
		MuirGlacierBlock:        block0,
		BerlinBlock:             block0,
		LondonBlock:             block0,
		ArrowGlacierBlock:       block0,
		GrayGlacierBlock:        block0,
		MergeNetsplitBlock:      block0,
		ShanghaiTime:            &time0,
		CancunTime:              &time0,
		PragueTime:              &time0,
		OsakaTime:               &time0,
		TerminalTotalDifficulty: new(big.Int), // post-merge from block 0 on
		// Blobs are refused on our chains, but headers carry the fields of
		// EIP-4844, and go-ethereum computes them from this schedule. Osaka has
		// no entry of its own: it inherits Prague's.
		BlobScheduleConfig: &params.BlobScheduleConfig{
			Cancun: &params.BlobConfig{Target: 3, Max: 6, UpdateFraction: 3338477},
			Prague: &params.BlobConfig{Target: 6, Max: 9, UpdateFraction: 5007716},
		},
	}
}

// systemContract is code that the protocol calls, or expects, at a fixed
// address once a fork is active. On public networks somebody deployed it before
// the fork; a chain that has the fork from genesis must carry it there.
type systemContract struct {
	eip     int
	address common.Address
	code    []byte
	fork    func(*params.ChainConfig) *uint64 // when it is needed; nil = never scheduled
}

func requiredContracts() []systemContract {
	cancun := func(c *params.ChainConfig) *uint64 { return c.CancunTime }
	prague := func(c *params.ChainConfig) *uint64 { return c.PragueTime }
	return []systemContract{
		{4788, params.BeaconRootsAddress, params.BeaconRootsCode, cancun},
		{2935, params.HistoryStorageAddress, params.HistoryStorageCode, prague},
		{7002, params.WithdrawalQueueAddress, params.WithdrawalQueueCode, prague},
		{7251, params.ConsolidationQueueAddress, params.ConsolidationQueueCode, prague},
	}
}

// systemContracts returns the required contracts and the deterministic
// deployment factory, which the protocol does not need but Foundry, Hardhat and
// the like look for: anvil has it too.
func systemContracts() types.GenesisAlloc {
	alloc := types.GenesisAlloc{
		params.DeterministicFactoryAddress: {Nonce: 1, Code: params.DeterministicFactoryCode, Balance: new(big.Int)},
	}
	for _, c := range requiredContracts() {
		alloc[c.address] = types.Account{Nonce: 1, Code: c.code, Balance: new(big.Int)}
	}
	return alloc
}

// Hash returns the hash of the genesis block, which identifies the network.
func (g *Genesis) Hash() common.Hash { return g.Core.ToBlock().Hash() }

// genesisFile is a genesis as it is written: go-ethereum's keys, in an order
// for people, without the ones that only consensus tests use.
type genesisFile struct {
	Config struct {
		*params.ChainConfig
		Pow *pow.Params `json:"pow"`
	} `json:"config"`
	Nonce         math.HexOrDecimal64                `json:"nonce"`
	Timestamp     math.HexOrDecimal64                `json:"timestamp"`
	ExtraData     hexutil.Bytes                      `json:"extraData"`
	GasLimit      math.HexOrDecimal64                `json:"gasLimit"`
	Difficulty    *math.HexOrDecimal256              `json:"difficulty"`
	Mixhash       common.Hash                        `json:"mixHash"`
	Coinbase      common.Address                     `json:"coinbase"`
	BaseFee       *math.HexOrDecimal256              `json:"baseFeePerGas,omitempty"`
	ExcessBlobGas *math.HexOrDecimal64               `json:"excessBlobGas,omitempty"`
	BlobGasUsed   *math.HexOrDecimal64               `json:"blobGasUsed,omitempty"`
	Alloc         map[common.Address]json.RawMessage `json:"alloc"`
}

// MarshalJSON writes a genesis file.
func (g *Genesis) MarshalJSON() ([]byte, error) {
	c := g.Core
	file := genesisFile{
		Nonce:         math.HexOrDecimal64(c.Nonce),
		Timestamp:     math.HexOrDecimal64(c.Timestamp),
		ExtraData:     c.ExtraData,
		GasLimit:      math.HexOrDecimal64(c.GasLimit),
		Difficulty:    (*math.HexOrDecimal256)(c.Difficulty),
		Mixhash:       c.Mixhash,
		Coinbase:      c.Coinbase,
		BaseFee:       (*math.HexOrDecimal256)(c.BaseFee),
		ExcessBlobGas: (*math.HexOrDecimal64)(c.ExcessBlobGas),
		BlobGasUsed:   (*math.HexOrDecimal64)(c.BlobGasUsed),
		Alloc:         make(map[common.Address]json.RawMessage, len(c.Alloc)),
	}
	file.Config.ChainConfig = c.Config
	file.Config.Pow = g.Pow
	for address, account := range c.Alloc {
		if account.Balance == nil {
			account.Balance = new(big.Int) // the format demands one
		}
		enc, err := json.Marshal(account)
		if err != nil {
			return nil, fmt.Errorf("encode account %s: %w", address, err)
		}
		file.Alloc[address] = enc
	}
	return json.Marshal(file)
}
