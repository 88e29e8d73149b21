// Package addressindex knows which transactions and token transfers touched an
// address. The chain itself is only ordered by time: without this one would have to
// read all of it to show an account's history.
//
// # What is in it
//
// For each address, of the canonical chain:
//
//   - transactions that it sent, that were sent to it, or that made it, being a
//     contract;
//   - transfers of tokens, as contracts log them (ERC-20, ERC-721, ERC-1155 single and
//     batch), that it sent, received, or made, being the token's contract;
//   - the contracts of tokens that it ever received, and the ids of the tokens
//     (ERC-721, ERC-1155) that it has, with their amounts.
//
// Logs are what contracts say. A contract may lie, so whoever wants to know a balance
// asks the contract; and nobody but the contract knows of tokens that it moves without
// a log, such as those of WETH when ether is deposited. Not in the index are calls
// between contracts, which would take tracing every transaction, accounts that are
// merely named in an authorization (EIP-7702), and the rewards of miners, which every
// block tells.
//
// # How it is stored
//
// An entry says where something is, and nothing of what: the chain has that. Its key
// ends in the position, complemented, so that the newest comes first (key.go). What
// changes in the course of time, the ids that an address has, is stored in versions,
// one for each block that changes it. So every entry of a block has the block's number
// in its key, and no block changes an entry of another one. All keys begin with
// "monolith-address-", which is no key of go-ethereum's schema.
//
// # How it follows the chain
//
//  1. One record says up to which block, by number and hash, the index goes. It is
//     written in one batch with the entries of the block: after a kill -9 the index is
//     as it was after some block.
//  2. If that block is the canonical one of its number, the next block's entries are
//     added. If not, the chain has left it, now or when the node or the index was off,
//     by a reorg or a rewind: the block's entries are removed, and its parent is looked
//     at. Which entries they are is found out again from the block, which stays in the
//     database with its receipts.
//  3. If that block is gone, because the freezer has removed its branch, the index is
//     made anew, from the first block. So is one that is damaged or of another format:
//     nothing is in it that cannot be had from the chain.
//
// Blocks that are just executed are taken from the chain's events, with their receipts
// and the senders of their transactions: to index them costs little. An event is only
// a hint, for the block is looked up by its hash; without one the block is read.
//
// A reader may find entries of a block that the chain has left a moment ago. It checks
// what it finds at a position, as package rpc does.
//
// # Goroutines
//
// Start launches two: one takes the chain's events and never waits, the other one
// indexes. Stop ends them between two blocks.
//
// # Neighbours
//
// The chain is read through Chain, the database is the node's. Package rpc asks.
package addressindex
