package rpc

// weight says what a call may cost.
type weight int

const (
	// light calls look something up. They never wait.
	light weight = iota

	// waiting calls cost little, but are there for long. They end with their client.
	waiting

	// heavy calls are short mostly and long sometimes, which only running them
	// tells. They are read-only, and what they have done can be thrown away.
	heavy

	// long calls take long as a rule, or must not be started twice.
	long
)

// weights of methods and, with a star at the end, of all those that begin so. The
// longest entry that fits counts; methods without one are light.
func weights() map[string]weight {
	return map[string]weight{
		"eth_sendRawTransactionSync":         waiting,
		"eth_call":                           heavy,
		"eth_callMany":                       heavy,
		"eth_estimateGas":                    heavy,
		"eth_createAccessList":               heavy,
		"eth_simulateV1":                     heavy,
		"eth_fillTransaction":                heavy, // estimates
		"eth_getLogs":                        heavy,
		"eth_getFilterLogs":                  heavy,
		"eth_getProof":                       heavy,
		"eth_getStorageValues":               heavy,
		"eth_feeHistory":                     heavy,
		"eth_getTransactionBySenderAndNonce": heavy, // searches
		"txpool_content":                     heavy,
		"txpool_inspect":                     heavy,
		"monolith_blocks":                    heavy,
		"monolith_miners":                    heavy,
		"monolith_pool":                      heavy,
		"eth_sendTransaction":                long, // estimates
		"testing_*":                          long,
		"anvil_mine":                         waiting,
		"anvil_reorg":                        waiting,
		"anvil_rollback":                     waiting,
		"evm_mine":                           waiting,
		"hardhat_mine":                       waiting,
		"monolith_faucet":                    long, // estimates
		"monolith_trace":                     heavy,
		"ots_*":                              heavy,
		"monolith_address*":                  heavy,
		"trace_*":                            long,

		"debug_trace*":               long,
		"debug_standardTrace*":       long,
		"debug_intermediateRoots":    long,
		"debug_storageRangeAt":       heavy,
		"debug_accountRange":         heavy,
		"debug_dumpBlock":            long,
		"debug_getModifiedAccounts*": heavy,
		"debug_executionWitness*":    long,
	}
}

// weightOf looks a method up in such a table.
func weightOf(table map[string]weight, method string) weight {
	if w, ok := table[method]; ok {
		return w
	}
	for end := len(method); end > 0; end-- {
		if w, ok := table[method[:end]+"*"]; ok {
			return w
		}
	}
	return light
}
