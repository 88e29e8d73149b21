package rpc

import "github.com/ethereum/go-ethereum/common"

func (s *stage) monolithCases() []testCase {
	return []testCase{
		record("monolith_status", "status", "the node at a glance").inShape("its clock goes on"),
		record("monolith_status", "development", "a development chain at a glance").onDevChain().inShape("its clock goes on"),
		record("monolith_peers", "none", "a node without peers"),
		record("monolith_blocks", "head", "the head", "latest", 1, 1),
		record("monolith_blocks", "all", "as many blocks as there are", "latest", "0x64"),
		record("monolith_blocks", "step", "every fifth block", "latest", 100, 5),
		record("monolith_blocks", "older", "two blocks from another than the head", failedBlock, 2),
		record("monolith_blocks", "earliest", "the genesis block", "earliest", 3),
		record("monolith_blocks", "pending", "what is being built has no work yet: it is the head", "pending", 1),
		record("monolith_blocks", "not-found", "there is no such block", noBlock, 1),
		record("monolith_blocks", "none", "no block is asked for", "latest", 0),
		record("monolith_blocks", "too-many", "more blocks than one answer has", "latest", 1001),
		record("monolith_blocks", "no-step", "a step that leads nowhere", "latest", 1, 0),
		record("monolith_miners", "all", "who mined the chain", 10000),
		record("monolith_miners", "last", "who mined the last five blocks", "0x5"),
		record("monolith_miners", "none", "no block is asked for", 0),
		record("monolith_miners", "too-many", "more blocks than are looked at", 10001),
		record("monolith_pool", "pool", "one pending and one queued transaction", 20).inShape("they are since a time"),
		record("monolith_pool", "none", "no transaction is asked for", 0),
		record("monolith_pool", "too-many", "more transactions than one answer has", 501),
		record("monolith_services", "services", "the parts of the node, with what each was built from").inShape("they are since a time"),
		record("monolith_trace", "nested", "a call of a contract by another, with its log and what it changed", s.forwarded.Hash()),
		record("monolith_trace", "transfer", "a transfer changes three balances", s.legacy.Hash()),
		record("monolith_trace", "creation", "a contract's creation", s.deployment.Hash()),
		record("monolith_trace", "failed", "a transaction that reverts has a reason, and pays", s.failed.Hash()),
		record("monolith_trace", "set-code", "an account delegates to a contract's code (EIP-7702)", s.setCode.Hash()),
		record("monolith_trace", "pending", "what is not mined has done nothing yet", s.waiting.Hash()),
		record("monolith_trace", "not-found", "a transaction that does not exist", unknownHash),
		record("monolith_faucet", "gift", "ether for an address, in a block at once", stranger).then("eth_getBalance", stranger).
			then("eth_getTransactionByHash", answerTo(1)).onDevChain().onItsOwn().inShape("it is in a block of now"),
		record("monolith_faucet", "again", "an address has to wait for its next gift", stranger).then("monolith_faucet", stranger).
			onDevChain().onItsOwn().inShape("the error says how long"),
		record("monolith_faucet", "zero-address", "what it gets is lost", common.Address{}).onDevChain(),
		record("monolith_faucet", "proof-of-work", "nobody there has money to give away", stranger),
	}
}
