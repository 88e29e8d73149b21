package rpc

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/miner"
)

// devToolAPI are the methods that anvil and Hardhat have in common. What is merely
// done anvil answers with null and Hardhat with true.
type devToolAPI struct {
	devBase
	version  string
	instance common.Hash // of this run of the node
	done     any         // answer
}

// instanceID is a number that no other run has.
func instanceID() (id common.Hash) {
	_, _ = rand.Read(id[:]) // never fails
	return id
}

func (api *devToolAPI) answer(err error) (any, error) { return api.done, err }

// GetAutomine is anvil_getAutomine and hardhat_getAutomine: whether a block is made
// as soon as there is a transaction.
func (api *devToolAPI) GetAutomine(ctx context.Context) (bool, error) { return api.dev.Automine(ctx) }

// DropAllTransactions is anvil_dropAllTransactions and hardhat_dropAllTransactions: it
// empties the pool.
func (api *devToolAPI) DropAllTransactions(ctx context.Context) (any, error) {
	_, err := api.dev.Drop(ctx, func(*types.Transaction) bool { return true })
	return api.answer(err)
}

// SetBalance is anvil_setBalance and hardhat_setBalance: it makes a block after which
// the account has this balance, in wei. To lower it, the account sends what is too
// much away, which only accounts can whose key the node has.
func (api *devToolAPI) SetBalance(ctx context.Context, address common.Address, balance quantity) (any, error) {
	return api.answer(api.setBalance(ctx, address, balance))
}

// AddBalance is anvil_addBalance and hardhat_addBalance: it makes a block after which
// the account has so many wei more.
func (api *devToolAPI) AddBalance(ctx context.Context, address common.Address, amount quantity) (any, error) {
	return api.answer(api.dev.AddBalance(ctx, address, &amount.Int))
}

// SetNonce is anvil_setNonce and hardhat_setNonce: it makes blocks with transactions
// of the account until it has this nonce. Only accounts whose key the node has can
// send them, and a nonce never falls.
func (api *devToolAPI) SetNonce(ctx context.Context, address common.Address, nonce quantity) (any, error) {
	return api.answer(api.setNonce(ctx, address, nonce))
}

// SetCode is anvil_setCode and hardhat_setCode: it fails, unless the account has this
// code already, since no block can put code at a given address.
func (api *devToolAPI) SetCode(address common.Address, code hexutil.Bytes) (any, error) {
	return api.answer(api.setCode(address, code))
}

// SetStorageAt is anvil_setStorageAt and hardhat_setStorageAt: it fails, unless the
// slot has this value already, since only a contract itself can change its storage.
func (api *devToolAPI) SetStorageAt(address common.Address, slot, value quantity) (bool, error) {
	return done(api.setStorage(address, slot, value))
}

// ImpersonateAccount is anvil_impersonateAccount and hardhat_impersonateAccount: it
// works for accounts whose key the node has, which need it not, and fails for others.
func (api *devToolAPI) ImpersonateAccount(address common.Address) (any, error) {
	if !api.dev.Owns(address) {
		return nil, cannot("no transaction can be sent as "+address.Hex()+", since a block with one that its key has not signed is invalid",
			"use eth_call with from, or eth_simulateV1, which need no signature, or one of eth_accounts")
	}
	return api.answer(nil)
}

// StopImpersonatingAccount is anvil_stopImpersonatingAccount and
// hardhat_stopImpersonatingAccount. There is nothing to stop.
func (api *devToolAPI) StopImpersonatingAccount(common.Address) (any, error) { return api.answer(nil) }

// AutoImpersonateAccount is anvil_autoImpersonateAccount and
// hardhat_autoImpersonateAccount: it can only be switched off.
func (api *devToolAPI) AutoImpersonateAccount(enabled bool) (any, error) {
	if enabled {
		return nil, cannot("transactions cannot be sent for everybody, since a block with one that is not signed is invalid",
			"use eth_call with from, or eth_simulateV1, which need no signature")
	}
	return api.answer(nil)
}

// SetCoinbase is anvil_setCoinbase and hardhat_setCoinbase: who is paid for the next
// blocks.
func (api *devToolAPI) SetCoinbase(address common.Address) (any, error) {
	return api.answer(api.miner.Change(func(s *miner.Settings) { s.Etherbase = address }))
}

// SetNextBlockBaseFeePerGas is anvil_setNextBlockBaseFeePerGas and
// hardhat_setNextBlockBaseFeePerGas: it fails, unless it asks for the fee that the
// next block has anyway: EIP-1559 computes it from the block before.
func (api *devToolAPI) SetNextBlockBaseFeePerGas(fee quantity) (any, error) {
	next := nextBaseFee(api.config, api.chain.CurrentBlock())
	if fee.Cmp(next) != 0 {
		return nil, cannot(fmt.Sprintf("the base fee of the next block is %v wei and no other, which EIP-1559 computes from the block before", next),
			"mine empty blocks, each of which lowers it by an eighth, or full ones, which raise it")
	}
	return api.answer(nil)
}

// SetMinGasPrice is anvil_setMinGasPrice and hardhat_setMinGasPrice: it fails, as it
// does there on chains with EIP-1559.
func (api *devToolAPI) SetMinGasPrice(quantity) (any, error) {
	return nil, cannot("there is no minimum gas price on a chain with EIP-1559", "the lowest tip is set by --miner.gasprice")
}

// SetPrevRandao is anvil_setPrevRandao and hardhat_setPrevRandao: it fails: the value
// is the hash of the parent's hash, as for all miners.
func (api *devToolAPI) SetPrevRandao(common.Hash) (any, error) {
	return nil, cannot("PREVRANDAO is fixed by the block before: a block with another value is invalid",
		"use the block override prevRandao of eth_call, or eth_simulateV1")
}

// SetChainId is anvil_setChainId and hardhat_setChainId: it fails, unless it asks for
// the one that the chain has.
//
//nolint:revive // the name of the method
func (api *devToolAPI) SetChainId(id quantity) (any, error) {
	if id.Cmp(api.config.ChainID) != 0 {
		return nil, cannot(fmt.Sprintf("the chain's id is %v for good", api.config.ChainID), "make a genesis file with another one: monolith genesis new")
	}
	return api.answer(nil)
}

// Reset is anvil_reset and hardhat_reset: only the genesis block is left, and the pool
// is empty. There is no forking of other chains.
func (api *devToolAPI) Reset(ctx context.Context, options *resetOptions) (any, error) {
	if options != nil && options.Forking != nil && options.Forking.JSONRPCURL != "" {
		return nil, cannot("this chain cannot go on from another one's state", "leave out forking")
	}
	return api.answer(api.dev.Restart(ctx))
}

// resetOptions are those of anvil_reset and hardhat_reset.
type resetOptions struct {
	Forking *forkingOptions `json:"forking"`
}

type forkingOptions struct {
	JSONRPCURL string `json:"jsonRpcUrl"`
}

// Metadata is anvil_metadata and hardhat_metadata: what this node is, and its head.
func (api *devToolAPI) Metadata(ctx context.Context) (*devMetadata, error) {
	all, err := api.dev.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	head := api.chain.CurrentBlock()
	m := &devMetadata{
		ClientVersion: api.version, ChainID: api.config.ChainID.Uint64(), InstanceID: api.instance,
		LatestBlockNumber: head.Number.Uint64(), LatestBlockHash: head.Hash(), Snapshots: make(map[string][2]any),
	}
	for id, header := range all {
		m.Snapshots[hexutil.EncodeUint64(id)] = [2]any{header.Number.Uint64(), header.Hash()}
	}
	return m, nil
}

// devMetadata is the answer of anvil_metadata and hardhat_metadata.
type devMetadata struct {
	ClientVersion     string            `json:"clientVersion"`
	ChainID           uint64            `json:"chainId"`
	InstanceID        common.Hash       `json:"instanceId"`
	LatestBlockNumber uint64            `json:"latestBlockNumber"`
	LatestBlockHash   common.Hash       `json:"latestBlockHash"`
	Snapshots         map[string][2]any `json:"snapshots"` // id: number and hash of the block
}

// hardhatAPI is what Hardhat alone has, or has in another form.
type hardhatAPI struct{ devBase }

// Mine is hardhat_mine: it makes so many blocks, 1 if no number is given, the first
// as the clock says, and the others so many seconds after each other, also 1 if no
// interval is given. The clock goes on from the last.
func (api *hardhatAPI) Mine(ctx context.Context, blocks, interval *quantity) (bool, error) {
	count, gap := uint64(1), uint64(1)
	var err error
	if blocks != nil {
		if count, err = blocks.uint64("blocks"); err != nil {
			return false, err
		}
	}
	if interval != nil {
		if gap, err = interval.uint64("interval"); err != nil {
			return false, err
		}
	}
	return done(api.dev.Mine(ctx, count, 0, max(gap, 1)))
}

// DropTransaction is hardhat_dropTransaction: it removes a transaction from the pool.
// It is false if the pool does not have it.
func (api *hardhatAPI) DropTransaction(ctx context.Context, hash common.Hash) (bool, error) {
	n, err := api.dev.Drop(ctx, func(tx *types.Transaction) bool { return tx.Hash() == hash })
	return n > 0, err
}
