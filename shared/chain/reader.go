package chain

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/pow"
)

// Reader is the read side of go-ethereum's core.BlockChain, which Service hands
// on as it is. The write side stays inside this package: nobody else can move
// the head.
type Reader interface {
	Config() *params.ChainConfig
	Engine() consensus.Engine
	Genesis() *types.Block

	CurrentHeader() *types.Header
	CurrentBlock() *types.Header
	GetHeader(hash common.Hash, number uint64) *types.Header
	GetHeaderByHash(hash common.Hash) *types.Header
	GetHeaderByNumber(number uint64) *types.Header
	GetCanonicalHash(number uint64) common.Hash
	HasBlock(hash common.Hash, number uint64) bool
	GetBlock(hash common.Hash, number uint64) *types.Block
	GetBlockByHash(hash common.Hash) *types.Block
	GetBlockByNumber(number uint64) *types.Block
	GetBody(hash common.Hash) *types.Body
	HistoryPruningCutoff() (uint64, common.Hash)

	GetReceiptsByHash(hash common.Hash) types.Receipts
	GetRawReceipts(hash common.Hash, number uint64) types.Receipts
	GetAccessListRLP(hash common.Hash) rlp.RawValue
	GetCanonicalReceipt(tx *types.Transaction, blockHash common.Hash, blockNumber, txIndex uint64) (*types.Receipt, error)
	GetCanonicalTransaction(hash common.Hash) (*rawdb.LegacyTxLookupEntry, *types.Transaction)

	HasState(root common.Hash) bool
	StateAt(root common.Hash, number *big.Int, time uint64) (*state.StateDB, error)
	StateAtForkBoundary(parent, header *types.Header) (*state.StateDB, error)
	GetVMConfig() *vm.Config
	JumpDestCache() vm.JumpDestCache
	PrecompileCache() *vm.PrecompileCache

	SubscribeChainEvent(ch chan<- core.ChainEvent) event.Subscription
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
	SubscribeLogsEvent(ch chan<- []*types.Log) event.Subscription
	SubscribeRemovedLogsEvent(ch chan<- core.RemovedLogsEvent) event.Subscription
}

var _ Reader = (*core.BlockChain)(nil)

// Params returns the proof-of-work rules of this chain.
func (s *Service) Params() *pow.Params { return s.cfg.Params }

// DB returns the database the chain is stored in.
func (s *Service) DB() ethdb.Database { return s.cfg.DB }

// StateOf returns the state after the given block: from the layers in memory for
// recent blocks, from the state history for older ones. The state of a block on a
// side branch that was never executed, or of one beyond Config.StateHistory, is
// an error. So is that of any block below the last 128 until go-ethereum's history
// index is complete: a minute or so after the first start, and five after the
// start of a chain whose last block is over six hours old.
func (s *Service) StateOf(header *types.Header) (*state.StateDB, error) {
	live, err := s.StateAt(header.Root, header.Number, header.Time)
	if err == nil {
		return live, nil
	}
	historic, histErr := s.bc.HistoricState(header.Root, header.Number, header.Time)
	if left, _, err := s.bc.StateIndexProgress(); histErr != nil && err == nil && left > 0 {
		histErr = fmt.Errorf("%w: %d blocks are yet to be indexed, which begins a minute after a chain's first start", histErr, left)
	}
	if histErr != nil {
		return nil, fmt.Errorf("state of block %d (%#x) is not available: %w", header.Number, header.Hash(), histErr)
	}
	return historic, nil
}

// SafeHeader returns the block that is Params().SafeDepth below the head, or the
// genesis block on a shorter chain. Nothing refuses a heavier branch that forks
// off below it: it is safe with a probability, not by decree (design, section 4).
func (s *Service) SafeHeader() *types.Header { return s.headerAtDepth(s.cfg.Params.SafeDepth) }

// FinalizedHeader is SafeHeader for Params().FinalizedDepth.
func (s *Service) FinalizedHeader() *types.Header {
	return s.headerAtDepth(s.cfg.Params.FinalizedDepth)
}

// headerAtDepth does not go through core.BlockChain's own finalized marker, since
// that one tells the freezer which blocks can never be replaced again.
func (s *Service) headerAtDepth(depth uint64) *types.Header {
	number := s.CurrentBlock().Number.Uint64()
	if number <= depth {
		return s.Genesis().Header()
	}
	if header := s.GetHeaderByNumber(number - depth); header != nil {
		return header
	}
	return s.Genesis().Header() // a reorg to a shorter branch came in between
}
