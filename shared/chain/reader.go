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
// side branch that was never executed, or of one before OldestState, is an error. So
// is that of any block below the last 128 until go-ethereum's history index is
// complete: a minute or so after the first start, and five after the start of a chain
// whose last block is over six hours old.
func (s *Service) StateOf(header *types.Header) (*state.StateDB, error) {
	live, err := s.StateAt(header.Root, header.Number, header.Time)
	if err == nil {
		return live, nil
	}
	historic, err := s.bc.HistoricState(header.Root, header.Number, header.Time)
	if err != nil {
		return nil, fmt.Errorf("state of block %d (%#x) is not available: %w", header.Number, header.Hash(), s.whyNoState(header, err))
	}
	return historic, nil
}

// whyNoState says what go-ethereum's error about an old state does not.
func (s *Service) whyNoState(header *types.Header, err error) error {
	if oldest := s.OldestState(); header.Number.Uint64() < oldest {
		return fmt.Errorf("the oldest state that is kept is that of block %d (--gcmode, --history.state)", oldest)
	}
	if left, _, e := s.bc.StateIndexProgress(); e == nil && left > 0 {
		return fmt.Errorf("%w: %d blocks are yet to be indexed, which begins a minute after a chain's first start", err, left)
	}
	if s.canonical(header) {
		return fmt.Errorf("%w: the index of old states is not ready, which takes some seconds after a start", err)
	}
	return err
}

// OldestState is the number of the oldest block whose state is kept. The states of all
// that come after it on the head's branch are too.
func (s *Service) OldestState() uint64 {
	for range 3 { // the oldest may be removed while it is being read
		if first, _, err := s.bc.TrieDB().HistoryRange(); err == nil && first > 0 {
			return first - 1 // the oldest history leads back from its block to the one before
		}
	}
	return 0 // there is none yet: all states since the genesis block are in memory
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
