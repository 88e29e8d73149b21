package rpc

import "github.com/monolith-chain/monolith/shared/chain/chaintest"

// addressCases are those of the index of addresses.
func (s *stage) addressCases() []testCase {
	sender := chaintest.Address(1)
	return []testCase{
		record("monolith_addressTransactions", "sender", "what an account sent", sender, nil, 10),
		record("monolith_addressTransactions", "contract", "what was sent to a contract, and what made it", s.counter, nil, "0x64"),
		record("monolith_addressTransactions", "pages", "one by one", sender, nil, 1).
			then("monolith_addressTransactions", sender, "0000000000000008000000000000000000000000", 1),
		record("monolith_addressTransactions", "unknown", "an address that nothing happened to", lower(chaintest.Address(77)), nil, 10),
		record("monolith_addressTransactions", "none", "no transaction is asked for", sender, nil, 0),
		record("monolith_addressTransactions", "too-many", "more transactions than one answer has", sender, nil, 101),
		record("monolith_addressTransactions", "bad-cursor", "a cursor that was never answered", sender, "0x1", 10),
		record("monolith_addressTransfers", "none", "an account without tokens", sender, nil, 10),
		record("monolith_addressTransfers", "bad-cursor", "a cursor that was never answered", sender, "1", 10),
		record("monolith_addressTokens", "none", "an account without tokens", sender),
	}
}
