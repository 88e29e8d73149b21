package rpc

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// txAPI finds transactions and their receipts. Unknown ones are null.
type txAPI struct{ *backend }

// GetTransactionByHash is eth_getTransactionByHash: of the chain, or pending.
func (api *txAPI) GetTransactionByHash(hash common.Hash) (*txResult, error) {
	if at, tx := api.chain.GetCanonicalTransaction(hash); tx != nil {
		header := api.chain.GetHeader(at.BlockHash, at.BlockIndex)
		if header == nil {
			return nil, errHeaderNotFound
		}
		return api.minedTx(tx, at.BlockHash, header, at.Index), nil
	}
	if tx := api.pool.Get(hash); tx != nil {
		return api.pendingTx(tx), nil
	}
	return nil, nil
}

// GetRawTransactionByHash is eth_getRawTransactionByHash.
func (api *txAPI) GetRawTransactionByHash(hash common.Hash) (*hexutil.Bytes, error) {
	_, tx := api.chain.GetCanonicalTransaction(hash)
	if tx == nil {
		tx = api.pool.Get(hash)
	}
	if tx == nil {
		return nil, nil
	}
	return rawTx(tx)
}

func rawTx(tx *types.Transaction) (*hexutil.Bytes, error) {
	if tx == nil {
		return nil, nil
	}
	raw, err := tx.MarshalBinary()
	return (*hexutil.Bytes)(&raw), err
}

// GetTransactionReceipt is eth_getTransactionReceipt.
func (api *txAPI) GetTransactionReceipt(hash common.Hash) (*receiptResult, error) {
	at, tx := api.chain.GetCanonicalTransaction(hash)
	if tx == nil {
		return nil, nil
	}
	header := api.chain.GetHeader(at.BlockHash, at.BlockIndex)
	if header == nil {
		return nil, errHeaderNotFound
	}
	receipt, err := api.chain.GetCanonicalReceipt(tx, at.BlockHash, at.BlockIndex, at.Index)
	if err != nil {
		return nil, err
	}
	return api.receipt(receipt, tx, header.BaseFee), nil
}

// GetTransactionByBlockNumberAndIndex is eth_getTransactionByBlockNumberAndIndex.
func (api *txAPI) GetTransactionByBlockNumberAndIndex(number rpc.BlockNumber, index hexutil.Uint) (*txResult, error) {
	block, err := api.blockByNumber(number)
	return api.txInBlock(block, index), err
}

// GetTransactionByBlockHashAndIndex is eth_getTransactionByBlockHashAndIndex.
func (api *txAPI) GetTransactionByBlockHashAndIndex(hash common.Hash, index hexutil.Uint) *txResult {
	return api.txInBlock(api.chain.GetBlockByHash(hash), index)
}

func (api *txAPI) txInBlock(block *types.Block, index hexutil.Uint) *txResult {
	tx := txAt(block, index)
	if tx == nil {
		return nil
	}
	return api.minedTx(tx, block.Hash(), block.Header(), uint64(index))
}

func txAt(block *types.Block, index hexutil.Uint) *types.Transaction {
	if block == nil || uint64(index) >= uint64(len(block.Transactions())) {
		return nil
	}
	return block.Transactions()[index]
}

// GetRawTransactionByBlockNumberAndIndex is eth_getRawTransactionByBlockNumberAndIndex.
func (api *txAPI) GetRawTransactionByBlockNumberAndIndex(number rpc.BlockNumber, index hexutil.Uint) (*hexutil.Bytes, error) {
	block, err := api.blockByNumber(number)
	if err != nil {
		return nil, err
	}
	return rawTx(txAt(block, index))
}

// GetRawTransactionByBlockHashAndIndex is eth_getRawTransactionByBlockHashAndIndex.
func (api *txAPI) GetRawTransactionByBlockHashAndIndex(hash common.Hash, index hexutil.Uint) (*hexutil.Bytes, error) {
	return rawTx(txAt(api.chain.GetBlockByHash(hash), index))
}
