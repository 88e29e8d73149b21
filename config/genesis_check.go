package config

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
)

// fault is one thing that is wrong with a genesis, at the dotted path of a key.
type fault struct {
	key, text string
}

func (f fault) Error() string {
	if f.key == "" {
		return f.text
	}
	return f.key + ": " + f.text
}

// Validate reports every way in which the genesis cannot start a chain under
// our rules, each named by its key in the genesis file.
func (g *Genesis) Validate() error {
	var errs []error
	for _, f := range g.check() {
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

// check collects the faults. A genesis for the stock engine is a foreign one:
// only what go-ethereum itself demands is asked of it.
func (g *Genesis) check() []fault {
	c := &checker{}
	config := g.Core.Config
	if config == nil {
		c.fault("config", "missing")
		return c.faults
	}
	if g.Pow == nil {
		c.fault("config.pow", "missing: the proof-of-work parameters (monolith genesis new writes a complete file)")
	} else if err := g.Pow.Validate(); err != nil {
		c.prefixed("config.pow.", err)
	}
	if config.ChainID == nil || config.ChainID.Sign() <= 0 || !config.ChainID.IsUint64() {
		c.fault("config.chainId", "must be a number from 1 to 2^64-1, have %v", config.ChainID)
	}
	if g.Pow == nil || g.Pow.Engine != pow.EngineStock {
		c.header(g)
		c.forks(config, g.Core.Timestamp)
		c.contracts(g)
	}
	if len(c.faults) == 0 { // what it says is often a consequence of the above
		if err := config.CheckConfigForkOrder(); err != nil {
			c.fault("config", "%v", err)
		}
	}
	return c.faults
}

type checker struct{ faults []fault }

func (c *checker) fault(key, format string, args ...any) {
	c.faults = append(c.faults, fault{key, fmt.Sprintf(format, args...)})
}

// prefixed adds each of the joined errors, whose texts begin with a key.
func (c *checker) prefixed(prefix string, err error) {
	for _, err := range unjoin(err) {
		key, text, found := strings.Cut(err.Error(), ": ")
		if !found || strings.Contains(key, " ") {
			key, text = "", err.Error()
		}
		c.fault(strings.TrimSuffix(prefix+key, "."), "%s", text)
	}
}

// unjoin returns the parts of an error made by errors.Join.
func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (c *checker) header(g *Genesis) {
	core := g.Core
	if core.Difficulty == nil || core.Difficulty.Sign() != 0 {
		c.fault("difficulty", "must be 0: the chain is post-merge from its first block, have %v", core.Difficulty)
	}
	if g.Pow != nil && g.Pow.Validate() == nil {
		if want := g.Pow.GenesisExtra(); !bytes.Equal(core.ExtraData, want) {
			c.fault("extraData", "must commit to config.pow: %#x, have %#x", want, core.ExtraData)
		}
	}
	if core.GasLimit < params.MinGasLimit || core.GasLimit > params.MaxGasLimit {
		c.fault("gasLimit", "must be from %d to %d, have %d", params.MinGasLimit, params.MaxGasLimit, core.GasLimit)
	}
	if core.Number != 0 {
		c.fault("number", "must be 0, have %d", core.Number)
	}
	if core.GasUsed != 0 {
		c.fault("gasUsed", "must be 0, have %d", core.GasUsed)
	}
	if core.ParentHash != (common.Hash{}) {
		c.fault("parentHash", "must be zero, have %v", core.ParentHash)
	}
	for address, account := range core.Alloc {
		if account.Balance != nil && account.Balance.Sign() < 0 {
			c.fault("alloc."+address.Hex()+".balance", "is negative: %v", account.Balance)
		}
	}
}

// forks demands that every fork up to Osaka is scheduled, and those up to
// Shanghai from the start: the reward is a withdrawal.
func (c *checker) forks(config *params.ChainConfig, genesisTime uint64) {
	for _, fork := range []struct {
		key   string
		block *big.Int
	}{
		{"homesteadBlock", config.HomesteadBlock},
		{"eip150Block", config.EIP150Block},
		{"eip155Block", config.EIP155Block},
		{"eip158Block", config.EIP158Block},
		{"byzantiumBlock", config.ByzantiumBlock},
		{"constantinopleBlock", config.ConstantinopleBlock},
		{"petersburgBlock", config.PetersburgBlock},
		{"istanbulBlock", config.IstanbulBlock},
		{"berlinBlock", config.BerlinBlock},
		{"londonBlock", config.LondonBlock},
	} {
		switch {
		case fork.block == nil:
			c.fault("config."+fork.key, "missing, must be 0")
		case fork.block.Sign() != 0:
			c.fault("config."+fork.key, "must be 0: the chain is post-merge from its first block, have %v", fork.block)
		}
	}
	if ttd := config.TerminalTotalDifficulty; ttd == nil {
		c.fault("config.terminalTotalDifficulty", "missing, must be 0: the chain is post-merge from its first block")
	} else if ttd.Sign() != 0 {
		c.fault("config.terminalTotalDifficulty", "must be 0: the chain is post-merge from its first block, have %v", ttd)
	}
	if config.Clique != nil {
		c.fault("config.clique", "must not be there: consensus is proof of work")
	}
	if config.EnableUBTAtGenesis || config.UBTTime != nil {
		c.fault("config.ubtTime", "binary tries are not supported")
	}

	blobs := config.BlobScheduleConfig
	if blobs == nil {
		blobs = new(params.BlobScheduleConfig)
	}
	for _, fork := range []struct {
		key     string
		time    *uint64
		atStart bool
		blobKey string
		blobs   *params.BlobConfig
	}{
		{"shanghaiTime", config.ShanghaiTime, true, "", nil},
		{"cancunTime", config.CancunTime, false, "cancun", blobs.Cancun},
		{"pragueTime", config.PragueTime, false, "prague", blobs.Prague},
		{"osakaTime", config.OsakaTime, false, "", nil},
	} {
		switch {
		case fork.time == nil:
			c.fault("config."+fork.key, "missing, must be a time in Unix seconds, 0 for the start")
		case fork.atStart && *fork.time > genesisTime:
			c.fault("config."+fork.key, "must not be after the genesis block's timestamp: the miner's reward is a withdrawal, have %d", *fork.time)
		case fork.blobKey != "" && fork.blobs == nil:
			c.fault("config.blobSchedule."+fork.blobKey, "missing: the fork is scheduled at %d", *fork.time)
		}
	}
}

// contracts demands the code that the scheduled forks call.
func (c *checker) contracts(g *Genesis) {
	for _, contract := range requiredContracts() {
		if contract.fork(g.Core.Config) == nil {
			continue
		}
		account, found := g.Core.Alloc[contract.address]
		switch key := "alloc." + contract.address.Hex(); {
		case !found || len(account.Code) == 0:
			c.fault(key, "missing: the system contract of EIP-%d (monolith genesis new writes it)", contract.eip)
		case !bytes.Equal(account.Code, contract.code):
			c.fault(key+".code", "is not the code of EIP-%d's system contract", contract.eip)
		}
	}
}
