package rpc

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// Blocks of the stage that cases speak of by number.
const (
	deployBlock  = "0x1"
	setCodeBlock = "0x7"
	failedBlock  = "0x8"
	logsBlock    = "0x9"
	headBlock    = "0x11"
	noBlock      = "0x1000"
)

// cases are all there are. A new method gets at least one with a result here.
func (s *stage) cases() []testCase {
	return slices.Concat(
		s.nodeCases(), s.blockCases(), s.stateCases(), s.txCases(), s.sendCases(),
		s.callCases(), s.simulateCases(), s.feeCases(), s.logCases(), s.filterCases(),
		s.poolCases(), s.accountCases(), s.debugCases(), s.operatorCases(), s.otsCases(), s.monolithCases(), s.addressCases(), s.workCases(), s.devCases(), s.adminCases(), s.protocolCases(),
	)
}

// notRecorded are the methods whose results no case shows.
func notRecorded() []string {
	return []string{
		discoverName,          // it is openrpc.json, and TestDiscover asks for it
		"debug_traceBadBlock", // no block of the stage is bad

		// Blocks have no access lists yet.
		"debug_getRawBlockAccessList",

		// It takes a member of another's answer; TestBackup reads one.
		"admin_readBackup",

		// The freezer is empty, and the log of a test has no levels.
		"debug_dbAncient", "debug_verbosity",

		// These write files, in a folder that is another one each time.
		"debug_blockProfile", "debug_cpuProfile", "debug_goTrace", "debug_mutexProfile", "debug_startCPUProfile", "debug_startGoTrace",
		"debug_stopCPUProfile", "debug_stopGoTrace", "debug_writeBlockProfile", "debug_writeMemProfile", "debug_writeMutexProfile",

		// These say that they cannot be had, and what to do instead.
		"anvil_dealERC20", "anvil_setERC20Allowance", "anvil_setMinGasPrice", "anvil_setNextBlockBaseFeePerGas", "anvil_setPrevRandao",
		"hardhat_setMinGasPrice", "hardhat_setNextBlockBaseFeePerGas", "hardhat_setPrevRandao",
	}
}

// errorClasses are the codes that some case shows. What is missing of those in errors.go
// takes time or a broken node, codeTimeout and codeInternal, or never is: codeSenderNoEOA,
// since a simulated sender may have code.
func errorClasses() []int {
	return []int{
		codeReverted, codeTxSyncTimeout, codeServer, codeTooLarge, codeVM, codeInvalidRequest, codeMethodNotFound, codeInvalidParams, codeParse,
		codeNonceTooLow, codeNonceTooHigh, codeBaseFeeTooLow, codeIntrinsicGas, codeInsufficientFunds, codeBlockGas,
		codeBlockNumber, codeBlockTime, codeInitCodeSize, codeClientLimit,
	}
}

// codeMethodNotFound is go-ethereum's server's own.
const codeMethodNotFound = -32601

func raw(tx *types.Transaction) string {
	text, err := tx.MarshalBinary()
	if err != nil {
		panic(err) // it is ours
	}
	return hexutil.Encode(text)
}

// to is a call of a contract.
func to(contract common.Address, data hexutil.Bytes) object {
	return object{"to": contract, "data": data}
}

func (s *stage) nodeCases() []testCase {
	return []testCase{
		record("web3_clientVersion", "client-version", "name and version of the client").inShape("it is the version's"),
		record("web3_sha3", "hello-world", "Keccak-256 of \"hello world\"", "0x68656c6c6f20776f726c64"),
		record("web3_sha3", "empty", "Keccak-256 of nothing", "0x"),
		record("web3_sha3", "no-hex", "what is not hex is an invalid parameter", "hello"),
		record("net_version", "network-id", "the network's id is the chain's, in decimal"),
		record("net_listening", "listening", "a node is there"),
		record("net_peerCount", "none", "a node without peers"),
		record("rpc_modules", "modules", "the namespaces of the public door, with their versions"),
		record("eth_chainId", "chain-id", "the chain's id (EIP-695)"),
		record("eth_blockNumber", "head", "the head's number"),
		record("eth_syncing", "not-syncing", "a node that has all blocks"),
		record("eth_coinbase", "etherbase", "who is paid for the blocks mined here"),
		record("eth_mining", "not-mining", "the node does not mine"),
		record("eth_hashrate", "none", "a node that does not mine has no hash rate"),
		record("eth_protocolVersion", "version", "the version of the protocol between nodes"),
		record("eth_config", "config", "the rules of the fork that is active, and that there is no next one (EIP-7910)"),
		record("eth_capabilities", "archive", "a node that keeps everything"),
		record("eth_subscribe", "new-heads", "subscribes to heads and ends it", "newHeads").
			then("eth_unsubscribe", answerTo(1)).inShape("subscriptions have random names"),
		record("eth_subscribe", "logs", "subscribes to a contract's logs", "logs", object{"address": s.logger}).inShape("subscriptions have random names"),
		record("eth_subscribe", "pending-transactions", "subscribes to pending transactions in full", "newPendingTransactions", true).inShape("subscriptions have random names"),
		record("eth_subscribe", "syncing", "subscribes to the progress of synchronisation", "syncing").inShape("subscriptions have random names"),
		record("eth_subscribe", "unknown-topic", "there is no such topic", "nothing"),
		record("eth_unsubscribe", "ended", "a subscription ends once", "0x1"),
		record("eth_unsubscribe", "subscription", "a subscription ends", "0x1").reset().
			then("eth_subscribe", "newHeads").then("eth_unsubscribe", answerTo(1)).then("eth_unsubscribe", answerTo(1)).inShape("subscriptions have random names"),
	}
}

func (s *stage) blockCases() []testCase {
	var cases []testCase
	add := func(c testCase) { cases = append(cases, c) }
	block := s.blocks[8]
	for _, tag := range []string{"earliest", "finalized", "safe", "latest"} {
		add(record("eth_getBlockByNumber", tag, "the block that is "+tag, tag, false))
	}
	add(record("eth_getBlockByNumber", "pending", "the block that is being built: hash, nonce and miner are null", "pending", false).
		inShape("it is built now, for a miner who is paid"))
	for number, what := range map[string]string{
		deployBlock: "contract-creation", "0x2": "two-creations", "0x3": "legacy", "0x4": "access-list", "0x5": "dynamic-fee",
		"0x6": "empty", setCodeBlock: "set-code", failedBlock: "failed", logsBlock: "logs", "0xa": "failed-creation",
	} {
		add(record("eth_getBlockByNumber", what, "a block with its transactions in full", number, true))
	}
	for _, method := range []string{"eth_getBlockByNumber", "eth_getBlockByHash"} {
		id, unknown := any(failedBlock), any(noBlock)
		if method == "eth_getBlockByHash" {
			id, unknown = block.Hash(), unknownHash
		}
		add(record(method, "hashes", "a block with its transactions' hashes", id, false))
		add(record(method, "not-found", "an unknown block is null", unknown, false))
		add(record(method, "missing-parameter", "whether transactions shall be full has to be said", id))
	}
	add(record("eth_getBlockByHash", "full", "a block with its transactions in full", block.Hash(), true))
	add(record("eth_getBlockByHash", "short-hash", "a hash has 32 bytes", "0x12", false))
	add(record("eth_getBlockByNumber", "no-prefix", "a number begins with 0x", "17", false))
	add(record("eth_getBlockByNumber", "leading-zero", "a number has no leading zeros", "0x01", false))
	add(record("eth_getBlockByNumber", "too-large", "a block number has 63 bits", "0xffffffffffffffff", false))

	type pair struct {
		byNumber, byHash string
		params           []any
		none             bool // it has nothing to tell of a block of ours
	}
	for _, p := range []pair{
		{byNumber: "eth_getHeaderByNumber", byHash: "eth_getHeaderByHash"},
		{byNumber: "eth_getBlockTransactionCountByNumber", byHash: "eth_getBlockTransactionCountByHash"},
		{byNumber: "eth_getUncleCountByBlockNumber", byHash: "eth_getUncleCountByBlockHash"},
		{byNumber: "eth_getUncleByBlockNumberAndIndex", byHash: "eth_getUncleByBlockHashAndIndex", params: []any{"0x0"}, none: true},
		{byNumber: "eth_getTransactionByBlockNumberAndIndex", byHash: "eth_getTransactionByBlockHashAndIndex", params: []any{"0x1"}},
		{byNumber: "eth_getRawTransactionByBlockNumberAndIndex", byHash: "eth_getRawTransactionByBlockHashAndIndex", params: []any{"0x1"}},
	} {
		name := "block-with-transactions"
		if p.none {
			name = "no-uncles"
		}
		with := func(first any) []any { return append([]any{first}, p.params...) }
		add(record(p.byNumber, name, "a block by its number", with(failedBlock)...))
		add(record(p.byHash, name, "a block by its hash", with(block.Hash())...))
		add(record(p.byNumber, "unknown-block", "an unknown block is null", with(noBlock)...))
		add(record(p.byHash, "unknown-block", "an unknown block is null", with(unknownHash)...))
		if strings.Contains(p.byNumber, "Transaction") && p.params != nil {
			add(record(p.byNumber, "unknown-index", "null for a transaction that the block does not have", failedBlock, "0x7"))
			add(record(p.byHash, "unknown-index", "null for a transaction that the block does not have", block.Hash(), "0x7"))
		}
	}
	add(record("eth_getHeaderByNumber", "pending", "null, as the specification wants it", "pending"))
	add(record("eth_getBlockReceipts", "by-number", "a transaction that failed, and one with a log", failedBlock))
	add(record("eth_getBlockReceipts", "by-hash", "receipts of a block by its hash (EIP-1898)", object{"blockHash": block.Hash()}))
	add(record("eth_getBlockReceipts", "earliest", "the genesis block has none", "earliest"))
	add(record("eth_getBlockReceipts", "latest", "an empty block", "latest"))
	add(record("eth_getBlockReceipts", "not-found", "an unknown block is null", noBlock))
	add(record("eth_getBlockAccessList", "before-fork", "blocks have had no access list yet (EIP-7928)", "latest"))
	return cases
}

func (s *stage) stateCases() []testCase {
	account := chaintest.Address(1)
	one := common.BigToHash(common.Big1)
	var cases []testCase
	add := func(c testCase) { cases = append(cases, c) }
	for _, m := range []struct {
		method string
		params []any // before the block
	}{
		{"eth_getBalance", []any{account}},
		{"eth_getTransactionCount", []any{account}},
		{"eth_getCode", []any{s.counter}},
		{"eth_getStorageAt", []any{s.counter, "0x0"}},
		{"eth_getStorageValues", []any{map[common.Address][]common.Hash{s.counter: {{}, one}}}},
		{"eth_getProof", []any{s.counter, []string{"0x0", one.Hex()}}},
		{"eth_getAccountInfo", []any{account}},
		{"eth_getAccount", []any{s.counter}},
	} {
		at := func(block any) []any { return append(slices.Clone(m.params), block) }
		add(record(m.method, "latest", "at the head", at("latest")...))
		add(record(m.method, "by-number", "in the middle of the chain", at(logsBlock)...))
		add(record(m.method, "earliest", "at the genesis block", at("earliest")...))
		add(record(m.method, "by-hash", "at a block by its hash (EIP-1898)", at(object{"blockHash": s.blocks[8].Hash(), "requireCanonical": true})...))
		add(record(m.method, "unknown-block", "an unknown block is an error", at(noBlock)...))
		add(record(m.method, "unknown-tag", "there is no such tag", at("yesterday")...))
	}
	add(record("eth_getBalance", "default-block", "the default is the head", account))
	add(record("eth_getBalance", "no-account", "an account that nobody has ever heard of", common.Address{19: 9}, "latest"))
	add(record("eth_getBalance", "pending", "after the pending transactions", stranger, "pending"))
	add(record("eth_getBalance", "unknown-hash", "an unknown block is an error", account, object{"blockHash": unknownHash}))
	add(record("eth_getBalance", "short-address", "an address has 20 bytes", "0x1234", "latest"))
	add(record("eth_getBalance", "missing-parameter", "the account is missing"))
	add(record("eth_getBalance", "too-many-parameters", "there is no third parameter", account, "latest", "latest"))
	add(record("eth_getTransactionCount", "pending", "after the pending transactions", account, "pending"))
	add(record("eth_getTransactionCount", "queued", "a transaction that waits for others does not count", chaintest.Address(2), "pending"))
	add(record("eth_getCode", "delegation", "an account that has delegated to a contract (EIP-7702)", s.delegated(), "latest"))
	add(record("eth_getCode", "account", "an account without code", account, "latest"))
	add(record("eth_getStorageAt", "delegated", "storage of an account that has delegated to a contract", s.delegated(), "0x0", "latest"))
	add(record("eth_getStorageAt", "long-key", "a slot has at most 32 bytes", s.counter, "0x1"+strings.Repeat("0", 64), "latest"))
	add(record("eth_getStorageAt", "no-hex", "a slot is a hex number", s.counter, "0xzz", "latest"))
	add(record("eth_getStorageValues", "empty", "nothing is asked for", object{}, "latest"))
	add(record("eth_getProof", "no-account", "a proof that there is no such account", common.Address{19: 9}, []string{}, "latest"))
	add(record("eth_getProof", "no-hex", "a slot is a hex number", s.counter, []string{"zz"}, "latest"))
	return cases
}

func (s *stage) txCases() []testCase {
	var cases []testCase
	add := func(c testCase) { cases = append(cases, c) }
	for name, tx := range map[string]*types.Transaction{
		"legacy": s.legacy, "unprotected": s.unprotected, "access-list": s.accessList, "dynamic-fee": s.dynamicFee, "set-code": s.setCode,
		"creation": s.deployment, "failed": s.failed, "logs": s.logs, "pending": s.waiting, "queued": s.queued,
	} {
		add(record("eth_getTransactionByHash", name, "transaction: "+name, tx.Hash()))
		add(record("eth_getTransactionReceipt", name, "receipt of a transaction: "+name, tx.Hash()))
		add(record("eth_getRawTransactionByHash", name, "transaction in its binary form: "+name, tx.Hash()))
	}
	for _, method := range []string{"eth_getTransactionByHash", "eth_getTransactionReceipt", "eth_getRawTransactionByHash"} {
		add(record(method, "not-found", "an unknown transaction is null", unknownHash))
		add(record(method, "no-hash", "a hash is hex", "0xzz"))
	}
	sender := chaintest.Address(1)
	add(record("eth_getTransactionBySenderAndNonce", "mined", "a transaction of the chain", sender, "0x1"))
	add(record("eth_getTransactionBySenderAndNonce", "pending", "a transaction in the pool", sender, hexutil.Uint64(s.waiting.Nonce())))
	add(record("eth_getTransactionBySenderAndNonce", "not-found", "a nonce that was not used yet", sender, "0x99"))
	add(record("eth_getTransactionBySenderAndNonce", "authorization", "a nonce that was used up by an authorization", s.delegated(), "0x0"))
	return cases
}

func (s *stage) sendCases() []testCase {
	fresh := func(name, comment string, inner types.TxData) testCase {
		return record("eth_sendRawTransaction", name, comment, raw(s.sign(9, inner))).onItsOwn()
	}
	refused := func(name, comment string, inner types.TxData) testCase {
		return record("eth_sendRawTransaction", name, comment, raw(s.sign(9, inner)))
	}
	chainID, nonce := s.genesis.Config.ChainID, uint64(0)
	return []testCase{
		fresh("legacy", "sends a legacy transaction", &types.LegacyTx{Nonce: nonce, GasPrice: dear, Gas: 21000, To: &stranger}),
		fresh("access-list", "sends a transaction with an access list (EIP-2930)", &types.AccessListTx{ChainID: chainID, Nonce: nonce, GasPrice: dear, Gas: 50000, To: &stranger, AccessList: types.AccessList{{Address: s.counter, StorageKeys: []common.Hash{{}}}}}),
		fresh("dynamic-fee", "sends a transaction with a tip (EIP-1559)", &types.DynamicFeeTx{ChainID: chainID, Nonce: nonce, GasTipCap: gwei, GasFeeCap: dear, Gas: 21000, To: &stranger}),
		record("eth_sendRawTransaction", "twice", "the pool has a transaction once", raw(s.waiting)),
		record("eth_sendRawTransaction", "nonce-too-low", "a transaction that was mined", raw(s.legacy)),
		record("eth_sendRawTransaction", "truncated", "no transaction", "0x02"),
		record("eth_sendRawTransaction", "no-hex", "a transaction is hex", "raw"),
		record("eth_sendRawTransaction", "unprotected", "a transaction that any chain would take (EIP-155)", raw(types.MustSignNewTx(chaintest.Key(9), types.HomesteadSigner{}, &types.LegacyTx{GasPrice: dear, Gas: 21000, To: &stranger}))),
		refused("gas-too-low", "less gas than the cheapest transaction costs", &types.DynamicFeeTx{ChainID: chainID, GasTipCap: gwei, GasFeeCap: dear, Gas: 20999, To: &stranger}),
		refused("no-tip", "a tip below what the pool takes", &types.DynamicFeeTx{ChainID: chainID, GasFeeCap: dear, Gas: 21000, To: &stranger}),
		refused("too-expensive", "a fee above the cap that protects from slips", &types.LegacyTx{GasPrice: new(big.Int).Mul(dear, dear), Gas: 21000, To: &stranger}),
		record("eth_sendRawTransaction", "no-funds", "more than the sender has", raw(types.MustSignNewTx(chaintest.Key(20), s.builder.Signer(), &types.DynamicFeeTx{ChainID: chainID, GasTipCap: gwei, GasFeeCap: dear, Gas: 21000, To: &stranger}))),
		record("eth_sendRawTransactionSync", "timeout", "nobody mines the transaction in time (EIP-7966)", raw(s.next), 1).onItsOwn(),
		record("eth_sendRawTransactionSync", "truncated", "no transaction", "0x02"),
	}
}

func (s *stage) poolCases() []testCase {
	return []testCase{
		record("txpool_status", "status", "one pending and one queued transaction"),
		record("txpool_content", "content", "one pending and one queued transaction"),
		record("txpool_inspect", "text", "one pending and one queued transaction, a line each"),
		record("txpool_contentFrom", "pending", "an account with a pending transaction", chaintest.Address(1)),
		record("txpool_contentFrom", "none", "an account without transactions", chaintest.Address(9)),
		record("txpool_contentFrom", "no-address", "an address has 20 bytes", "0x12"),
	}
}

func (s *stage) adminCases() []testCase {
	const noPeer = "/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmVkKntsECaYfefR1V2yCR79YegLATuTPE6B9TxgxBiiiA"
	return []testCase{
		record("admin_nodeInfo", "node", "the node's identity and chain").inShape("every node has its own"),
		record("admin_peers", "none", "a node without peers"),
		record("admin_addPeer", "unreachable", "a peer to dial", noPeer).then("admin_removePeer", noPeer),
		record("admin_addPeer", "no-address", "what names no peer", "/ip4/127.0.0.1"),
		record("admin_removePeer", "not-added", "a peer that was never added", noPeer),
		record("admin_addTrustedPeer", "peer", "a peer that is always let in, until it is not", noPeer).then("admin_removeTrustedPeer", noPeer),
		record("admin_removeTrustedPeer", "not-added", "a peer that was never trusted", noPeer),
		record("admin_ban", "network", "a network that is kept out for an hour", "192.0.2.0/24", 3600, "test").
			then("admin_bans").then("admin_unban", "192.0.2.0/24").inShape("bans end at a time"),
		record("admin_bans", "none", "nobody is banned"),
		record("admin_unban", "not-banned", "a ban that there is not", "192.0.2.0/24"),
		record("admin_startBackup", "ended", "a copy of the node's data is begun, and ended", false).inShape("every backup has its own name"),
		record("admin_readBackup", "not-found", "a backup that was never begun", "NONE", "0x1000"),
		record("admin_stopBackup", "not-found", "a backup that was never begun", "NONE"),
	}
}

func (s *stage) protocolCases() []testCase {
	batch := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},`, n), ",") + "]"
	}
	return []testCase{
		recordText("errors", "method-not-found", "there is no such method", `{"jsonrpc":"2.0","id":1,"method":"eth_nothing","params":[]}`),
		recordText("errors", "namespace-not-found", "there is no such namespace", `{"jsonrpc":"2.0","id":1,"method":"nothing_at_all","params":[]}`),
		recordText("errors", "local-method", "what only the machine's owner may do is not there for others", `{"jsonrpc":"2.0","id":1,"method":"admin_peers","params":[]}`),
		recordText("errors", "no-method", "no method is named", `{"jsonrpc":"2.0","id":1}`),
		recordText("errors", "no-version", "no request of JSON-RPC 2.0", `{"id":1,"method":"eth_chainId","params":[]}`),
		recordText("errors", "named-parameters", "parameters go by position", `{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"Address":"0x0000000000000000000000000000000000000000"}}`),
		recordText("errors", "not-json", "what is not JSON", `{"jsonrpc":"2.0","id":1,"method":`),
		recordText("errors", "empty-batch", "a batch of nothing", `[]`),
		recordText("errors", "batch", "a batch has an answer for each request, errors too", `[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"eth_nothing"},1]`),
		recordText("errors", "batch-too-large", "more requests than a batch may have", batch(11)),
		recordText("errors", "batch-response", "more than the answers to a batch may have: what is too much is missing", `[`+
			strings.TrimSuffix(strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0xb",true]},`, 6), ",")+`]`),
		recordText("errors", "string-id", "an id comes back as it was", `{"jsonrpc":"2.0","id":"my id","method":"eth_chainId"}`),
		recordText("errors", "subscribe-over-http", "subscriptions need a connection", fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":[%q]}`, "newHeads")),
	}
}
