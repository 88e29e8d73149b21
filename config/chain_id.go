package config

import "github.com/ethereum/go-ethereum/params"

// KnownChain returns whose chain id it is, if it is one of those that wallets and
// tools have built in; "" for all others. A network of one's own should not take it:
// wallets keep one network per id, and what is signed for one network is valid on
// every other that has its id.
func KnownChain(id uint64) string {
	return map[uint64]string{
		params.MainnetChainConfig.ChainID.Uint64(): "Ethereum",
		params.SepoliaChainConfig.ChainID.Uint64(): "Ethereum's test network Sepolia",
		params.HoodiChainConfig.ChainID.Uint64():   "Ethereum's test network Hoodi",
		10:                                         "OP Mainnet",
		56:                                         "BNB Smart Chain",
		100:                                        "Gnosis Chain",
		137:                                        "Polygon",
		324:                                        "zkSync Era",
		8453:                                       "Base",
		42161:                                      "Arbitrum One",
		43114:                                      "Avalanche",
		59144:                                      "Linea",
		DevChainID:                                 "local development chains",
		DevnetChainID:                              "the built-in devnet",
		5777:                                       "local chains of Ganache",
		31337:                                      "local chains of Hardhat and Foundry",
	}[id]
}
