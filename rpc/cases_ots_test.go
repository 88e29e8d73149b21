package rpc

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// otsCases are those of the explorer Otterscan.
func (s *stage) otsCases() []testCase {
	sender := s.sender(s.forwarded)
	return []testCase{
		record("ots_getApiLevel", "level", "the version of Otterscan's API"),
		record("ots_hasCode", "contract", "a contract", s.counter, "latest"),
		record("ots_hasCode", "before-deployment", "a contract before there was one", s.counter, "0x0"),
		record("ots_hasCode", "unknown-block", "a block that does not exist", s.counter, noBlock),
		record("ots_getBlockDetails", "number", "a block by its number, without its transactions", 8),
		record("ots_getBlockDetails", "unknown-block", "a block that does not exist", 4096),
		record("ots_getBlockDetailsByHash", "hash", "a block by its hash, without its transactions", s.blocks[8].Hash()),
		record("ots_getBlockDetailsByHash", "unknown-block", "a block that does not exist", unknownHash),
		record("ots_getBlockTransactions", "page", "the last of a block's transactions", 8, 0, 1),
		record("ots_getBlockTransactions", "second-page", "the one before it", 8, 1, 1),
		record("ots_getBlockTransactions", "page-too-long", "more transactions than a page may have", 8, 0, 26),
		record("ots_searchTransactionsBefore", "newest", "the last transaction of an address", sender, 0, 1),
		record("ots_searchTransactionsBefore", "block", "all transactions of a contract before a block", s.counter, 8, 25),
		record("ots_searchTransactionsBefore", "page-too-long", "more transactions than a page may have", sender, 0, 26),
		record("ots_searchTransactionsAfter", "oldest", "the first transaction of a contract", s.counter, 0, 1),
		record("ots_searchTransactionsAfter", "block", "none of a contract's comes after the head", s.counter, headBlock, 25),
		record("ots_getTransactionBySenderAndNonce", "mined", "a transaction of the chain", sender, s.forwarded.Nonce()),
		record("ots_getTransactionBySenderAndNonce", "not-found", "a nonce that was not used yet", sender, 4096),
		record("ots_getContractCreator", "contract", "who made a contract", s.counter),
		record("ots_getContractCreator", "no-contract", "an account without code", sender),
		record("ots_getTransactionError", "failed", "what a transaction that reverted has returned", s.failed.Hash()),
		record("ots_getTransactionError", "succeeded", "a transaction that did not", s.forwarded.Hash()),
		record("ots_getTransactionError", "not-found", "a transaction that does not exist", unknownHash),
		record("ots_getInternalOperations", "none", "a call of a contract by another moves no ether", s.forwarded.Hash()),
		record("ots_traceTransaction", "calls", "a call of a contract by another", s.forwarded.Hash()),
	}
}

func (s *stage) sender(tx *types.Transaction) common.Address { return s.rpc.backend.sender(tx) }
