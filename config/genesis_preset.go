package config

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
)

const (
	// DevnetChainID is not registered in the public list of chains, and not
	// one of the local ids (1337, 31337) that wallets and tools have built in:
	// a wallet keeps one network per id.
	DevnetChainID = 4004

	// DevChainID is what development chains have: geth --dev and the
	// "localhost" network of wallets.
	DevChainID = 1337

	// presetTimestamp is the start of 2026. That it lies far back lets block 1
	// be eight times easier than the initial target, whenever it is mined: the
	// difficulty rule counts at most three half-lives of delay.
	presetTimestamp = 1767225600

	presetGasLimit = 60_000_000
)

// DevMnemonic is the mnemonic of the accounts that the presets fund, at the
// path m/44'/60'/0'/0/i. Hardhat and Foundry fund and unlock the same ones.
// Everybody knows these keys.
const DevMnemonic = "test test test test test test test test test test test junk"

// DevAccounts returns the first ten addresses of DevMnemonic.
func DevAccounts() []common.Address {
	return []common.Address{
		common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
		common.HexToAddress("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
		common.HexToAddress("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
		common.HexToAddress("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
		common.HexToAddress("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
		common.HexToAddress("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
		common.HexToAddress("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
		common.HexToAddress("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
		common.HexToAddress("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
		common.HexToAddress("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
	}
}

// DevKeys returns the keys of DevAccounts, for a wallet to keep: they are made anew at
// each call.
func DevKeys() []*ecdsa.PrivateKey {
	var keys []*ecdsa.PrivateKey
	for _, digits := range []string{
		"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
		"59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
		"5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
		"7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
		"47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
		"8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
		"92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
		"4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
		"dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
		"2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
	} {
		keys = append(keys, crypto.ToECDSAUnsafe(common.FromHex(digits))) // these are keys
	}
	return keys
}

// preset is a network that needs no genesis file.
type preset struct {
	name    string
	genesis func() *Genesis
}

func presets() []preset {
	return []preset{{"devnet", Devnet}, {"dev", Dev}}
}

func presetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

// Preset returns the genesis of a built-in network.
func Preset(name string) (*Genesis, error) {
	i := slices.IndexFunc(presets(), func(p preset) bool { return p.name == name })
	if i < 0 {
		return nil, fmt.Errorf("unknown network %q", name)
	}
	return presets()[i].genesis(), nil
}

// Devnet is the default network: real proof of work at a pace for people, a
// block every 4 s, starting at what a tenth of a laptop's core can do.
func Devnet() *Genesis {
	return NewGenesis(GenesisOptions{
		ChainID:   DevnetChainID,
		Timestamp: presetTimestamp,
		GasLimit:  presetGasLimit,
		Pow:       pow.DefaultParams(),
		Alloc:     devAlloc(),
	})
}

// Dev is the network of --dev: any nonce is a proof, so blocks come when
// transactions do.
func Dev() *Genesis {
	alloc := devAlloc()
	alloc[DevBankAddress()] = types.Account{Balance: devBankBalance()}
	return NewGenesis(GenesisOptions{
		ChainID:   DevChainID,
		Timestamp: presetTimestamp,
		GasLimit:  presetGasLimit,
		Pow:       InstantPow(),
		Alloc:     alloc,
	})
}

// InstantPow returns the parameters of a chain whose blocks come on demand.
func InstantPow() pow.Params {
	p := pow.DefaultParams()
	p.TargetInterval = 1
	p.HalfLife = 30
	p.Limit = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	p.InitialTarget = pow.MaxCompact
	return p
}

func devAlloc() types.GenesisAlloc {
	alloc := make(types.GenesisAlloc)
	for _, address := range DevAccounts() {
		alloc[address] = types.Account{Balance: Ether(10_000)}
	}
	return alloc
}

// Ether returns n ether in wei.
func Ether(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether))
}
