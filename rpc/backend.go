package rpc

import (
	"context"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/filtermaps"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/pow"
)

// Chain is what the handlers read of the chain. Its size is that of the JSON-RPC,
// most of which is questions to the chain; nothing in it changes one.
type Chain interface {
	core.ChainContext // headers, chain configuration, engine

	CurrentBlock() *types.Header
	SafeHeader() *types.Header
	FinalizedHeader() *types.Header
	GetCanonicalHash(number uint64) common.Hash
	GetBlock(hash common.Hash, number uint64) *types.Block
	GetBlockByHash(hash common.Hash) *types.Block
	GetBlockByNumber(number uint64) *types.Block
	GetBody(hash common.Hash) *types.Body
	TotalWork(hash common.Hash, number uint64) *big.Int // cumulative; nil for an unknown block
	HistoryPruningCutoff() (uint64, common.Hash)

	GetReceiptsByHash(hash common.Hash) types.Receipts
	GetRawReceipts(hash common.Hash, number uint64) types.Receipts
	GetAccessListRLP(hash common.Hash) rlp.RawValue
	GetCanonicalReceipt(tx *types.Transaction, blockHash common.Hash, blockNumber, txIndex uint64) (*types.Receipt, error)
	GetCanonicalTransaction(hash common.Hash) (*rawdb.LegacyTxLookupEntry, *types.Transaction)

	// DB is for what only operators ask: raw values, and the blocks that were refused.
	DB() ethdb.Database

	// StateOf returns the state after a block, which the caller may change.
	StateOf(header *types.Header) (*state.StateDB, error)
	OldestState() uint64 // the first block whose state is kept
	JumpDestCache() vm.JumpDestCache

	CurrentView() *filtermaps.ChainView
	NewMatcherBackend() filtermaps.MatcherBackend

	SubscribeChainEvent(ch chan<- core.ChainEvent) event.Subscription
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
	SubscribeLogsEvent(ch chan<- []*types.Log) event.Subscription
	SubscribeRemovedLogsEvent(ch chan<- core.RemovedLogsEvent) event.Subscription
}

// Pool is what the handlers need of the transaction pool.
type Pool interface {
	AddLocal(tx *types.Transaction) error
	Get(hash common.Hash) *types.Transaction
	Nonce(address common.Address) uint64
	Stats() (pending, queued int)
	Content() (pending, queued map[common.Address][]*types.Transaction)
	ContentFrom(address common.Address) (pending, queued []*types.Transaction)
	SubscribeTransactions(ch chan<- core.NewTxsEvent, reorgs bool) event.Subscription
}

// Miner is what the handlers ask the miner.
type Miner interface {
	// Pending returns the block that would be mined now, or nils. The state is
	// the caller's own.
	Pending() (*types.Block, types.Receipts, *state.StateDB)
	Mining() bool
	Hashrate() float64 // per second
	Etherbase() common.Address

	// For miners outside of the node.
	Work(ctx context.Context, known common.Hash) (*pow.Job, error)
	SubmitWork(ctx context.Context, id common.Hash, nonce uint64, digest common.Hash) error
	SubmitHashrate(id common.Hash, rate uint64) error

	// For the namespace miner.
	Settings() miner.Settings
	Change(change func(*miner.Settings)) error
	ExternalMiners() (count int, hashrate float64)
	Status() error
}

// backend is what all handlers share: the way from a block parameter to a header,
// block or state, and the settings.
type backend struct {
	chain  Chain
	pool   Pool
	miner  Miner // nil = none
	dev    Dev   // nil = no development chain
	config *params.ChainConfig
	limits Limits
	long   *slots                        // for what computes for long after its request was answered
	sync   func() *ethereum.SyncProgress // nil = no peers to catch up with

	// signer recovers senders. It must be the one that the pool and the chain
	// use, since a transaction caches its sender together with the signer: so a
	// signature is recovered once, when it is submitted, and never again.
	signer types.Signer

	profiles profiles // being written
	backups  *backupAPI
}

func newBackend(cfg Config) *backend {
	config := cfg.Chain.Config()
	return &backend{
		chain:   cfg.Chain,
		pool:    cfg.Pool,
		miner:   cfg.Miner,
		dev:     cfg.Dev,
		config:  config,
		limits:  cfg.Limits,
		sync:    cfg.Sync,
		signer:  types.LatestSigner(config),
		backups: newBackupAPI(cfg),
	}
}

// sender returns who signed the transaction; the zero address for a signature that
// is none, which a stored transaction cannot have.
func (b *backend) sender(tx *types.Transaction) common.Address {
	from, _ := types.Sender(b.signer, tx)
	return from
}

// settle waits until a development chain has mined a transaction that the pool has
// just taken, if it makes blocks as transactions come: tools ask for its receipt next.
func (b *backend) settle(ctx context.Context, tx common.Hash) {
	if b.dev != nil {
		b.dev.Settle(ctx, tx)
	}
}

// latest is the block parameter's default.
func latest(block *rpc.BlockNumberOrHash) rpc.BlockNumberOrHash {
	if block != nil {
		return *block
	}
	return rpc.BlockNumberOrHashWithNumber(rpc.LatestBlockNumber)
}

func isLatest(block rpc.BlockNumberOrHash) bool {
	number, ok := block.Number()
	return ok && number == rpc.LatestBlockNumber
}

// nextBlock returns the number of the block after the head, and the time that it will
// have if it is made now.
func (b *backend) nextBlock() (number, stamp uint64) {
	head := b.chain.CurrentBlock()
	if b.dev != nil { // its clock may have been moved
		return head.Number.Uint64() + 1, b.dev.NextStamp(head)
	}
	return head.Number.Uint64() + 1, max(head.Time+1, uint64(time.Now().Unix()))
}

func isPending(block rpc.BlockNumberOrHash) bool {
	number, ok := block.Number()
	return ok && number == rpc.PendingBlockNumber
}

// pending returns the block being built, and without a miner or when it has none
// the head with its own state.
func (b *backend) pending() (*types.Block, types.Receipts, *state.StateDB, error) {
	if b.miner != nil {
		if block, receipts, statedb := b.miner.Pending(); block != nil && statedb != nil {
			return block, receipts, statedb, nil
		}
	}
	head := b.chain.CurrentBlock()
	block := b.chain.GetBlock(head.Hash(), head.Number.Uint64())
	if block == nil {
		return nil, nil, nil, errNoPendingBlock
	}
	statedb, err := b.chain.StateOf(head)
	if err != nil {
		return nil, nil, nil, err
	}
	return block, b.chain.GetReceiptsByHash(head.Hash()), statedb, nil
}

// headerByNumber resolves a number or tag; nil if there is no such block.
func (b *backend) headerByNumber(number rpc.BlockNumber) (*types.Header, error) {
	switch number {
	case rpc.PendingBlockNumber:
		block, _, _, err := b.pending()
		if err != nil {
			return nil, err
		}
		return block.Header(), nil
	case rpc.LatestBlockNumber:
		return b.chain.CurrentBlock(), nil
	case rpc.SafeBlockNumber:
		return b.chain.SafeHeader(), nil
	case rpc.FinalizedBlockNumber:
		return b.chain.FinalizedHeader(), nil
	case rpc.EarliestBlockNumber:
		return b.chain.GetHeaderByNumber(b.earliest()), nil
	default:
		return b.chain.GetHeaderByNumber(uint64(number)), nil
	}
}

// earliest is the first block whose body is kept: 0 unless history was pruned.
func (b *backend) earliest() uint64 {
	cutoff, _ := b.chain.HistoryPruningCutoff()
	return cutoff
}

// header resolves a block parameter (EIP-1898). A block that does not exist is an
// error, unlike for the methods that answer with the block itself.
func (b *backend) header(at rpc.BlockNumberOrHash) (*types.Header, error) {
	if number, ok := at.Number(); ok {
		header, err := b.headerByNumber(number)
		if err == nil && header == nil {
			err = errHeaderNotFound
		}
		return header, err
	}
	hash, ok := at.Hash()
	if !ok {
		return nil, errNoBlockGiven
	}
	header := b.chain.GetHeaderByHash(hash)
	if header == nil {
		return nil, errHashNotFound
	}
	if err := b.checkCanonical(at, header); err != nil {
		return nil, err
	}
	return header, nil
}

func (b *backend) checkCanonical(at rpc.BlockNumberOrHash, header *types.Header) error {
	if at.RequireCanonical && b.chain.GetCanonicalHash(header.Number.Uint64()) != *at.BlockHash {
		return errNotCanonical
	}
	return nil
}

// blockByNumber resolves a number or tag; nil if there is no such block.
func (b *backend) blockByNumber(number rpc.BlockNumber) (*types.Block, error) {
	switch {
	case number == rpc.PendingBlockNumber:
		block, _, _, err := b.pending()
		return block, err
	case number >= 0:
		return b.chain.GetBlockByNumber(uint64(number)), nil
	}
	header, err := b.headerByNumber(number)
	if header == nil || err != nil {
		return nil, err
	}
	return b.chain.GetBlock(header.Hash(), header.Number.Uint64()), nil
}

// block resolves a block parameter; nil if there is no such block.
func (b *backend) block(at rpc.BlockNumberOrHash) (*types.Block, error) {
	if number, ok := at.Number(); ok {
		return b.blockByNumber(number)
	}
	hash, ok := at.Hash()
	if !ok {
		return nil, errNoBlockGiven
	}
	block := b.chain.GetBlockByHash(hash)
	if block == nil {
		return nil, nil
	}
	if err := b.checkCanonical(at, block.Header()); err != nil {
		return nil, err
	}
	return block, nil
}

// state returns the state after a block, for the caller to change, and the block's
// header.
func (b *backend) state(at rpc.BlockNumberOrHash) (*state.StateDB, *types.Header, error) {
	if isPending(at) {
		block, _, statedb, err := b.pending()
		if err != nil {
			return nil, nil, err
		}
		return statedb, block.Header(), nil
	}
	header, err := b.header(at)
	if err != nil {
		return nil, nil, err
	}
	statedb, err := b.chain.StateOf(header)
	return statedb, header, err
}

// receipts returns the receipts of a block. They are missing for a block of a side
// branch that was never executed.
func (b *backend) receipts(block *types.Block) (types.Receipts, error) {
	receipts := b.chain.GetReceiptsByHash(block.Hash())
	if len(receipts) != len(block.Transactions()) {
		return nil, errNoReceipts
	}
	return receipts, nil
}

// oracleBackend shows the backend to go-ethereum's gas price oracle.
type oracleBackend struct {
	*backend
	feeds *feeds
}

func (b oracleBackend) HeaderByNumber(_ context.Context, number rpc.BlockNumber) (*types.Header, error) {
	return b.headerByNumber(number)
}

func (b oracleBackend) BlockByNumber(_ context.Context, number rpc.BlockNumber) (*types.Block, error) {
	return b.blockByNumber(number)
}

func (b oracleBackend) GetReceipts(_ context.Context, hash common.Hash) (types.Receipts, error) {
	return b.chain.GetReceiptsByHash(hash), nil
}

func (b oracleBackend) Pending() (*types.Block, types.Receipts, *state.StateDB) {
	block, receipts, statedb, err := b.pending()
	if err != nil {
		return nil, nil, nil
	}
	return block, receipts, statedb
}

func (b oracleBackend) ChainConfig() *params.ChainConfig { return b.config }

func (b oracleBackend) SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription {
	return b.feeds.Track(b.chain.SubscribeChainHeadEvent(ch))
}

// feeds are the subscriptions that go-ethereum's oracle and filter system hold:
// they run until these end, and have no Stop of their own.
type feeds = event.SubscriptionScope

// bigUint is an integer for go-ethereum's JSON types.
func bigUint(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
