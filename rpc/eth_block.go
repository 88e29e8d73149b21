package rpc

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// blockAPI answers with blocks and their parts. An unknown block is null.
type blockAPI struct{ *backend }

// GetHeaderByNumber is eth_getHeaderByNumber. The specification wants null for the
// pending block.
func (api *blockAPI) GetHeaderByNumber(number rpc.BlockNumber) (any, error) {
	if number == rpc.PendingBlockNumber {
		return nil, nil
	}
	header, err := api.headerByNumber(number)
	return headerOrNull(header), err
}

// GetHeaderByHash is eth_getHeaderByHash.
func (api *blockAPI) GetHeaderByHash(hash common.Hash) any {
	return headerOrNull(api.chain.GetHeaderByHash(hash))
}

func headerOrNull(header *types.Header) any {
	if header == nil {
		return nil
	}
	return headerResult{header}
}

// GetBlockByNumber is eth_getBlockByNumber.
func (api *blockAPI) GetBlockByNumber(number rpc.BlockNumber, full bool) (*blockResult, error) {
	block, err := api.blockByNumber(number)
	if block == nil || err != nil {
		return nil, err
	}
	return &blockResult{backend: api.backend, block: block, full: full, pending: number == rpc.PendingBlockNumber}, nil
}

// GetBlockByHash is eth_getBlockByHash. Blocks of side branches are found too.
func (api *blockAPI) GetBlockByHash(hash common.Hash, full bool) *blockResult {
	block := api.chain.GetBlockByHash(hash)
	if block == nil {
		return nil
	}
	return &blockResult{backend: api.backend, block: block, full: full}
}

// GetBlockTransactionCountByNumber is eth_getBlockTransactionCountByNumber.
func (api *blockAPI) GetBlockTransactionCountByNumber(number rpc.BlockNumber) (*hexutil.Uint, error) {
	block, err := api.blockByNumber(number)
	return count(block, func() int { return len(block.Transactions()) }), err
}

// GetBlockTransactionCountByHash is eth_getBlockTransactionCountByHash.
func (api *blockAPI) GetBlockTransactionCountByHash(hash common.Hash) *hexutil.Uint {
	block := api.chain.GetBlockByHash(hash)
	return count(block, func() int { return len(block.Transactions()) })
}

// GetUncleCountByBlockNumber is eth_getUncleCountByBlockNumber. Our blocks have no
// uncles; foreign chains from before the merge do.
func (api *blockAPI) GetUncleCountByBlockNumber(number rpc.BlockNumber) (*hexutil.Uint, error) {
	block, err := api.blockByNumber(number)
	return count(block, func() int { return len(block.Uncles()) }), err
}

// GetUncleCountByBlockHash is eth_getUncleCountByBlockHash.
func (api *blockAPI) GetUncleCountByBlockHash(hash common.Hash) *hexutil.Uint {
	block := api.chain.GetBlockByHash(hash)
	return count(block, func() int { return len(block.Uncles()) })
}

// GetUncleByBlockNumberAndIndex is eth_getUncleByBlockNumberAndIndex.
func (api *blockAPI) GetUncleByBlockNumberAndIndex(number rpc.BlockNumber, index hexutil.Uint) (*blockResult, error) {
	block, err := api.blockByNumber(number)
	return api.uncle(block, index), err
}

// GetUncleByBlockHashAndIndex is eth_getUncleByBlockHashAndIndex.
func (api *blockAPI) GetUncleByBlockHashAndIndex(hash common.Hash, index hexutil.Uint) *blockResult {
	return api.uncle(api.chain.GetBlockByHash(hash), index)
}

func (api *blockAPI) uncle(block *types.Block, index hexutil.Uint) *blockResult {
	if block == nil || uint64(index) >= uint64(len(block.Uncles())) {
		return nil
	}
	return &blockResult{backend: api.backend, block: types.NewBlockWithHeader(block.Uncles()[index]), uncle: true}
}

// count is null for an unknown block.
func count(block *types.Block, of func() int) *hexutil.Uint {
	if block == nil {
		return nil
	}
	n := hexutil.Uint(of())
	return &n
}

// GetBlockReceipts is eth_getBlockReceipts.
func (api *blockAPI) GetBlockReceipts(at rpc.BlockNumberOrHash) (receiptsResult, error) {
	var (
		block    *types.Block
		receipts types.Receipts
		err      error
	)
	if isPending(at) {
		block, receipts, _, err = api.pending()
	} else if block, err = api.block(at); block != nil && err == nil {
		receipts, err = api.receipts(block)
	}
	if block == nil || err != nil {
		return nil, err
	}
	if len(receipts) != len(block.Transactions()) {
		return nil, errNoPendingReceipts
	}
	result := make(receiptsResult, len(receipts))
	for i, tx := range block.Transactions() {
		result[i] = api.receipt(receipts[i], tx, block.BaseFee())
	}
	return result, nil
}
