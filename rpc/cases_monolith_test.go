package rpc

func (s *stage) monolithCases() []testCase {
	return []testCase{
		record("monolith_services", "services", "the parts of the node, with what each was built from").inShape("they are since a time"),
		record("monolith_trace", "nested", "a call of a contract by another, with its log and what it changed", s.forwarded.Hash()),
		record("monolith_trace", "transfer", "a transfer changes three balances", s.legacy.Hash()),
		record("monolith_trace", "creation", "a contract's creation", s.deployment.Hash()),
		record("monolith_trace", "failed", "a transaction that reverts has a reason, and pays", s.failed.Hash()),
		record("monolith_trace", "set-code", "an account delegates to a contract's code (EIP-7702)", s.setCode.Hash()),
		record("monolith_trace", "pending", "what is not mined has done nothing yet", s.waiting.Hash()),
		record("monolith_trace", "not-found", "a transaction that does not exist", unknownHash),
	}
}
