package rpc

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// devCases are about development chains. Many requests are in one case where it changes
// the chain, since each of those has a node of its own.
func (s *stage) devCases() []testCase {
	const stamped = "blocks are stamped with the time"
	account, other := chaintest.Address(1), chaintest.Address(2)
	on := func(method, name, comment string, params ...any) testCase {
		return record(method, name, comment, params...).onDevChain()
	}
	return []testCase{
		on("evm_mine", "blocks", "a block now, and one at a time").then("evm_mine", object{"timestamp": 4102444800}).then("eth_blockNumber").
			then("anvil_mine", "0x2").then("hardhat_mine", "0x2", "0xa").then("eth_blockNumber").onItsOwn(),
		on("evm_snapshot", "and-revert", "a block is made and taken back, once").then("evm_mine").then("eth_blockNumber").
			then("evm_revert", answerTo(1)).then("eth_blockNumber").then("evm_revert", answerTo(1)).
			then("anvil_snapshot").then("anvil_revert", answerTo(7)).
			then("evm_mine").then("anvil_rollback", 1).then("eth_blockNumber").onItsOwn(),
		on("evm_increaseTime", "clock", "time goes by, and stops at a moment", 3600).then("anvil_increaseTime", "0xe10").
			then("evm_setTime", 4102444800).then("anvil_setTime", 4102444900).
			then("evm_setNextBlockTimestamp", 4102445000).then("evm_mine").then("anvil_setNextBlockTimestamp", 4102446000).then("evm_mine").
			then("anvil_setBlockTimestampInterval", 5).then("evm_mine").then("anvil_removeBlockTimestampInterval").
			then("eth_getBlockByNumber", "0x14", false).inShape("the clock runs").onItsOwn(),
		on("evm_setNextBlockTimestamp", "past", "a block is not older than its parent", 1),
		on("evm_setAutomine", "mining", "when blocks are made", false).then("anvil_getAutomine").then("hardhat_getAutomine").
			then("anvil_setAutomine", true).then("evm_setIntervalMining", 3_600_000).then("anvil_getIntervalMining").
			then("anvil_setIntervalMining", 0).then("anvil_getIntervalMining").
			then("evm_setBlockGasLimit", "0x2faf080").then("anvil_setBlockGasLimit", "0x3938700").onItsOwn(),
		on("anvil_setBalance", "accounts", "what accounts have", stranger, "0xde0b6b3a7640000").then("eth_getBalance", stranger).
			then("anvil_addBalance", stranger, "0x1").then("hardhat_setBalance", stranger, "0xde0b6b3a7640009").then("hardhat_addBalance", stranger, "0x1").
			then("evm_setAccountBalance", stranger, "0xde0b6b3a764000b").then("tenderly_setBalance", []common.Address{stranger}, "0xde0b6b3a764000c").
			then("tenderly_addBalance", []common.Address{stranger}, "0x1").then("eth_getBalance", stranger).
			then("anvil_setNonce", account, "0x8").then("hardhat_setNonce", account, "0x9").then("evm_setAccountNonce", account, "0xa").
			then("eth_getTransactionCount", account).onItsOwn(),
		on("anvil_setBalance", "poorer", "only the owner can spend", stranger, "0x0").then("hardhat_setBalance", stranger, "0x0").
			then("evm_setAccountBalance", stranger, "0x0").then("tenderly_setBalance", []common.Address{stranger}, "0x0"),
		on("anvil_setNonce", "lower", "a nonce never goes back", other, "0x0"),
		on("anvil_setCode", "no-code", "code comes by transactions only", stranger, "0x60").
			then("hardhat_setCode", stranger, "0x60").then("tenderly_setCode", stranger, "0x60").
			then("anvil_setCode", stranger, "0x").then("hardhat_setCode", stranger, "0x").then("tenderly_setCode", stranger, "0x"),
		on("anvil_setStorageAt", "changed", "storage is changed by transactions only", s.counter, "0x0", "0x9").
			then("hardhat_setStorageAt", s.counter, "0x0", "0x9").then("tenderly_setStorageAt", s.counter, "0x0", "0x9").
			then("anvil_setStorageAt", s.counter, "0x1", "0x0").then("hardhat_setStorageAt", s.counter, "0x1", "0x0").then("tenderly_setStorageAt", s.counter, "0x1", "0x0"),
		on("anvil_dealERC20", "refused", "balances of tokens are changed by transactions only", account, s.counter, "0x1").
			then("anvil_setERC20Allowance", account, other, s.counter, "0x1"),
		on("anvil_impersonateAccount", "key", "an account whose key the node has", account).then("hardhat_impersonateAccount", account).
			then("anvil_stopImpersonatingAccount", account).then("hardhat_stopImpersonatingAccount", account).
			then("anvil_autoImpersonateAccount", false).then("hardhat_autoImpersonateAccount", false),
		on("anvil_impersonateAccount", "no-key", "an account whose key the node does not have", stranger),
		on("anvil_autoImpersonateAccount", "refused", "nobody can sign for everybody", true),
		on("anvil_dropTransaction", "pool", "transactions are taken out of the pool", unknownHash).
			then("evm_setAutomine", false).then("eth_sendRawTransaction", raw(s.next)).then("anvil_dropTransaction", s.next.Hash()).
			then("eth_sendRawTransaction", raw(s.next)).then("hardhat_dropTransaction", s.next.Hash()).then("hardhat_dropTransaction", s.next.Hash()).
			then("anvil_removePoolTransactions", account).then("anvil_dropAllTransactions").then("hardhat_dropAllTransactions").then("txpool_status").onItsOwn(),
		on("anvil_setCoinbase", "next-block", "what the next blocks are like", stranger).then("hardhat_setCoinbase", stranger).then("eth_coinbase").
			then("anvil_setChainId", "0x1092").then("hardhat_setChainId", "0x1092").onItsOwn(),
		on("anvil_setNextBlockBaseFeePerGas", "rules", "what the rules of the chain settle", "0x1").then("hardhat_setNextBlockBaseFeePerGas", "0x1").
			then("anvil_setMinGasPrice", "0x1").then("hardhat_setMinGasPrice", "0x1").
			then("anvil_setPrevRandao", common.Hash{}).then("hardhat_setPrevRandao", common.Hash{}).
			then("anvil_setChainId", "0x1").then("hardhat_setChainId", "0x1"),
		on("anvil_reorg", "branch", "the last two blocks are replaced by a branch that wins", object{"depth": 2, "txBlockPairs": []any{}}).then("eth_blockNumber").onItsOwn(),
		on("anvil_reorg", "too-deep", "there are not so many blocks", 100, []any{}),
		on("anvil_reset", "genesis", "only the genesis block is left").then("eth_blockNumber").then("hardhat_reset").then("eth_blockNumber").onItsOwn(),
		on("anvil_nodeInfo", "node", "what this node is").then("anvil_metadata").then("hardhat_metadata").inShape(stamped),
		on("testing_buildBlockV1", "empty", "a block without transactions", s.dev.top().Hash(), object{
			"timestamp": "0x7fffffff", "prevRandao": common.Hash{}, "suggestedFeeRecipient": stranger, "withdrawals": []any{}, "parentBeaconBlockRoot": common.Hash{},
		}, []any{}, "0x"),
		on("testing_buildBlockV1", "transaction", "a block with a transaction", s.dev.top().Hash(), object{
			"timestamp": "0x7fffffff", "prevRandao": common.Hash{}, "suggestedFeeRecipient": stranger, "withdrawals": []any{}, "parentBeaconBlockRoot": common.Hash{},
		}, []any{raw(s.next)}, "0x"),
		record("testing_buildBlockV1", "proof-of-work", "blocks that need a proof are not built", s.top().Hash(), object{
			"timestamp": "0x7fffffff", "prevRandao": common.Hash{}, "suggestedFeeRecipient": stranger, "withdrawals": []any{}, "parentBeaconBlockRoot": common.Hash{},
		}, []any{}, "0x"),
		on("eth_sendRawTransactionSync", "mined", "the transaction's receipt (EIP-7966)", raw(s.next)).inShape(stamped).onItsOwn(),
	}
}
