package chain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/monolith-chain/monolith/shared/pow"
)

// paramsKey holds config.pow of the genesis file, as JSON.
var paramsKey = []byte("monolith-pow-params")

func writeParams(db ethdb.KeyValueWriter, params *pow.Params) error {
	enc, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("encode proof-of-work parameters: %w", err)
	}
	return db.Put(paramsKey, enc)
}

// checkGenesis refuses a genesis that its own rules do not match, a database of another network, naming what differs, and a
// fork schedule that would change blocks already accepted, for which go-ethereum
// would silently rewind the chain.
func checkGenesis(cfg Config) error {
	given := cfg.Genesis.ToBlock()
	if cfg.Params.Engine != pow.EngineStock {
		if err := cfg.Params.VerifyGenesis(given.Header()); err != nil {
			return err
		}
	}
	stored := rawdb.ReadCanonicalHash(cfg.DB, 0)
	if stored == (common.Hash{}) {
		return nil
	}
	storedConfig := rawdb.ReadChainConfig(cfg.DB, stored)
	if given.Hash() != stored {
		return fmt.Errorf("%w: its genesis block is %#x, the configured one %#x; they differ in %s. "+
			"Use the genesis file it was made with, or another data directory",
			ErrGenesisMismatch, stored, given.Hash(), strings.Join(genesisDiff(cfg, stored, given), ", "))
	}
	head := rawdb.ReadHeadHeader(cfg.DB)
	if storedConfig == nil || head == nil {
		return nil
	}
	if err := storedConfig.CheckCompatible(cfg.Genesis.Config, head.Number.Uint64(), head.Time); err != nil {
		return fmt.Errorf("%w: the fork schedule was changed for blocks that exist already: %w. "+
			"Restore the schedule in the genesis file", ErrGenesisMismatch, err)
	}
	return nil
}

// genesisDiff lists the fields in which the stored genesis and the given one
// differ, as "field (stored value, given value)".
func genesisDiff(cfg Config, stored common.Hash, given *types.Block) []string {
	var diff []string
	compare := func(prefix string, a, b any) {
		left, right := flatten(a), flatten(b)
		keys := slices.Collect(maps.Keys(left))
		for key := range right {
			if _, ok := left[key]; !ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			if left[key] != right[key] {
				diff = append(diff, fmt.Sprintf("%s%s (%s there, %s here)", prefix, key, orNone(left[key]), orNone(right[key])))
			}
		}
	}
	if header := rawdb.ReadHeader(cfg.DB, stored, 0); header != nil {
		there, here := genesisFields(header), genesisFields(given.Header())
		compare("", there, here)
		if header.Root != given.Root() {
			diff = append(diff, allocDiff(rawdb.ReadGenesisStateSpec(cfg.DB, stored), cfg.Genesis.Alloc))
		}
	}
	compare("config.", rawdb.ReadChainConfig(cfg.DB, stored), cfg.Genesis.Config)
	if enc, err := cfg.DB.Get(paramsKey); err == nil {
		compare("config.pow.", json.RawMessage(enc), cfg.Params)
	}
	return diff
}

// genesisFields are the header fields that a genesis file sets itself.
func genesisFields(header *types.Header) map[string]any {
	return map[string]any{
		"timestamp": header.Time, "gasLimit": header.GasLimit, "coinbase": header.Coinbase, "mixHash": header.MixDigest,
		"nonce": header.Nonce.Uint64(), "extraData": fmt.Sprintf("%#x", header.Extra), "baseFeePerGas": header.BaseFee,
	}
}

func allocDiff(stored []byte, given types.GenesisAlloc) string {
	var there types.GenesisAlloc
	if json.Unmarshal(stored, &there) != nil {
		return "alloc"
	}
	changed := 0
	for address, account := range given {
		if old, ok := there[address]; !ok || fmt.Sprint(old) != fmt.Sprint(account) {
			changed++
		}
	}
	for address := range there {
		if _, ok := given[address]; !ok {
			changed++
		}
	}
	return fmt.Sprintf("alloc (%d accounts there, %d here, %d differ)", len(there), len(given), changed)
}

// flatten turns a value into its JSON leaves by dotted path.
func flatten(value any) map[string]string {
	leaves := make(map[string]string)
	enc, err := json.Marshal(value)
	if err != nil {
		return leaves
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(enc))
	decoder.UseNumber() // chain ids and rewards are larger than a float is exact
	if decoder.Decode(&tree) != nil {
		return leaves
	}
	var walk func(path string, node any)
	walk = func(path string, node any) {
		if object, ok := node.(map[string]any); ok {
			for key, child := range object {
				walk(strings.TrimPrefix(path+"."+key, "."), child)
			}
			return
		}
		leaf, _ := json.Marshal(node)
		leaves[path] = strings.Trim(string(leaf), `"`)
	}
	walk("", tree)
	return leaves
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}
