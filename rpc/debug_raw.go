package rpc

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
)

// rawAPI is the part of the namespace debug that shows blocks as they are encoded,
// and those that were refused.
type rawAPI struct{ *backend }

// GetRawHeader is debug_getRawHeader: a header's RLP; nothing for an unknown block.
func (api *rawAPI) GetRawHeader(block rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	found, err := api.block(block)
	if found == nil || err != nil {
		return nil, err
	}
	return rlp.EncodeToBytes(found.Header())
}

// GetRawBlock is debug_getRawBlock: a block's RLP; nothing for an unknown one.
func (api *rawAPI) GetRawBlock(block rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	found, err := api.block(block)
	if found == nil || err != nil {
		return nil, err
	}
	return rlp.EncodeToBytes(found)
}

// GetRawBlockAccessList is debug_getRawBlockAccessList: a block's access list
// (EIP-7928) as RLP. Blocks have one from the Amsterdam fork on.
func (api *rawAPI) GetRawBlockAccessList(block rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	found, err := api.block(block)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &codedError{Code: codeNotFound, Message: fmt.Sprintf("block %s not found", block.String())}
	}
	list := rawdb.ReadAccessListRLP(api.chain.DB(), found.Hash(), found.NumberU64())
	if list == nil {
		return nil, &codedError{Code: codeNotFound, Message: fmt.Sprintf("block %d has no access list", found.NumberU64())}
	}
	return hexutil.Bytes(list), nil
}

// GetRawReceipts is debug_getRawReceipts: the receipts of a block, each as the block's
// receipt root has it.
func (api *rawAPI) GetRawReceipts(block rpc.BlockNumberOrHash) ([]hexutil.Bytes, error) {
	found, err := api.block(block)
	if found == nil || err != nil {
		return nil, err
	}
	receipts, err := api.receipts(found)
	if err != nil {
		return nil, err
	}
	raw := make([]hexutil.Bytes, len(receipts))
	for i, receipt := range receipts {
		if raw[i], err = receipt.MarshalBinary(); err != nil {
			return nil, err
		}
	}
	return raw, nil
}

// GetRawTransaction is debug_getRawTransaction: of the chain, or pending.
func (api *rawAPI) GetRawTransaction(hash common.Hash) (hexutil.Bytes, error) {
	_, tx := api.chain.GetCanonicalTransaction(hash)
	if tx == nil {
		tx = api.pool.Get(hash)
	}
	if tx == nil {
		return nil, nil
	}
	return tx.MarshalBinary()
}

// PrintBlock is debug_printBlock: a block with its transactions, for people to read.
func (api *rawAPI) PrintBlock(number uint64) (string, error) {
	block := api.chain.GetBlockByNumber(number)
	if block == nil {
		return "", fmt.Errorf("block #%d not found", number)
	}
	text, err := json.MarshalIndent(&blockResult{backend: api.backend, block: block, full: true}, "", "  ")
	return string(text), err
}

// badBlockResult is one block in the answer of debug_getBadBlocks.
type badBlockResult struct {
	Hash  common.Hash   `json:"hash"`
	Block *blockResult  `json:"block"`
	RLP   hexutil.Bytes `json:"rlp"`
}

// GetBadBlocks is debug_getBadBlocks: the ten highest of the blocks that were refused
// since they break a rule.
func (api *rawAPI) GetBadBlocks() ([]badBlockResult, error) {
	blocks := rawdb.ReadAllBadBlocks(api.chain.DB())
	results := make([]badBlockResult, len(blocks))
	for i, block := range blocks {
		raw, err := rlp.EncodeToBytes(block)
		if err != nil {
			return nil, err
		}
		results[i] = badBlockResult{block.Hash(), &blockResult{backend: api.backend, block: block, full: true}, raw}
	}
	return results, nil
}
