// Package chaintest makes chains for tests: a small network's genesis with funded
// accounts, and valid blocks on any branch of it, without a node.
//
// Blocks are executed by go-ethereum's chain maker and sealed for real, so they
// serve as an independent check of what the miner builds and the chain accepts.
package chaintest

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/triedb"
	"github.com/monolith-chain/monolith/shared/pow"
)

// ChainID of the test network.
const ChainID = 4242

// Key returns the private key of the i-th account. The first ten are funded.
func Key(i int) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(common.BigToHash(big.NewInt(int64(i + 1))).Bytes())
	if err != nil {
		panic(err) // small numbers are keys
	}
	return key
}

// Address returns the address of the i-th account.
func Address(i int) common.Address { return crypto.PubkeyToAddress(Key(i).PublicKey) }

// Params returns the rules of the test network: the usual ones, but every other
// hash is a proof.
func Params() *pow.Params {
	p := pow.DefaultParams()
	p.Limit = new(big.Int).Lsh(big.NewInt(1), 255)
	p.InitialTarget = pow.NewCompact(p.Limit)
	return &p
}

// Instant returns the rules of a development chain: any hash is a proof.
func Instant() *pow.Params {
	p := pow.DefaultParams()
	p.TargetInterval, p.HalfLife = 1, 30
	p.Limit = new(big.Int).Sub(new(big.Int).Lsh(common.Big1, 256), common.Big1)
	p.InitialTarget = pow.MaxCompact
	return &p
}

// Genesis returns the genesis of a network with the given rules, all forks up to
// Osaka active.
func Genesis(p *pow.Params) *core.Genesis {
	zero := new(uint64)
	alloc := types.GenesisAlloc{
		params.BeaconRootsAddress:        {Nonce: 1, Code: params.BeaconRootsCode, Balance: common.Big0},
		params.HistoryStorageAddress:     {Nonce: 1, Code: params.HistoryStorageCode, Balance: common.Big0},
		params.WithdrawalQueueAddress:    {Nonce: 1, Code: params.WithdrawalQueueCode, Balance: common.Big0},
		params.ConsolidationQueueAddress: {Nonce: 1, Code: params.ConsolidationQueueCode, Balance: common.Big0},
	}
	for i := range 10 {
		alloc[Address(i)] = types.Account{Balance: new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(params.Ether))}
	}
	return &core.Genesis{
		Config: &params.ChainConfig{
			ChainID:        big.NewInt(ChainID),
			HomesteadBlock: common.Big0, EIP150Block: common.Big0, EIP155Block: common.Big0, EIP158Block: common.Big0,
			ByzantiumBlock: common.Big0, ConstantinopleBlock: common.Big0, PetersburgBlock: common.Big0, IstanbulBlock: common.Big0,
			MuirGlacierBlock: common.Big0, BerlinBlock: common.Big0, LondonBlock: common.Big0, ArrowGlacierBlock: common.Big0, GrayGlacierBlock: common.Big0,
			ShanghaiTime: zero, CancunTime: zero, PragueTime: zero, OsakaTime: zero,
			TerminalTotalDifficulty: common.Big0,
			BlobScheduleConfig: &params.BlobScheduleConfig{
				Cancun: params.DefaultCancunBlobConfig, Prague: params.DefaultPragueBlobConfig,
			},
		},
		// Within the last six hours: go-ethereum puts the history index off on a
		// chain that looks as if it was still syncing.
		Timestamp:  uint64(time.Now().Add(-5 * time.Hour).Unix()),
		ExtraData:  p.GenesisExtra(),
		GasLimit:   60_000_000,
		Difficulty: common.Big0,
		Alloc:      alloc,
	}
}

// Builder makes blocks on top of any block it made before.
type Builder struct {
	Params  *pow.Params
	genesis *core.Genesis
	engine  *pow.Engine
	db      ethdb.Database // states of all branches, in the hash scheme
	first   *types.Block
}

// New returns a builder for the network of the given genesis.
func New(t testing.TB, genesis *core.Genesis, p *pow.Params) *Builder {
	t.Helper()
	b, err := NewBuilder(genesis, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// NewBuilder is New for programs that are not tests.
func NewBuilder(genesis *core.Genesis, p *pow.Params) (*Builder, error) {
	db := rawdb.NewMemoryDatabase()
	tdb := triedb.NewDatabase(db, triedb.HashDefaults)
	defer tdb.Close()
	first, err := genesis.Commit(db, tdb, nil)
	if err != nil {
		return nil, err
	}
	return &Builder{Params: p, genesis: genesis, engine: pow.NewEngine(p), db: db, first: first}, nil
}

// Genesis returns the genesis block.
func (b *Builder) Genesis() *types.Block { return b.first }

// Signer returns the signer of the network.
func (b *Builder) Signer() types.Signer { return types.LatestSigner(b.genesis.Config) }

// Spec says what a block shall contain.
type Spec struct {
	After    uint64 // seconds after the parent; 0 = the target interval
	Coinbase common.Address
	Txs      []*types.Transaction

	// Damage changes the finished block before it is sealed, to break a rule.
	Damage func(*types.Header, *types.Body)
}

// Block makes a valid, sealed block on the parent.
func (b *Builder) Block(parent *types.Block, spec Spec) *types.Block {
	if spec.After == 0 {
		spec.After = b.Params.TargetInterval
	}
	number := parent.NumberU64() + 1
	withdrawals := b.Params.Withdrawals(number, spec.Coinbase)
	blocks, _ := core.GenerateChain(b.genesis.Config, parent, b.engine, b.db, 1, func(_ int, gen *core.BlockGen) {
		gen.SetCoinbase(spec.Coinbase)
		gen.OffsetTime(int64(spec.After) - 10) // the chain maker's own step is 10 s
		for _, withdrawal := range withdrawals {
			gen.AddWithdrawal(withdrawal)
		}
		for _, tx := range spec.Txs {
			gen.AddTx(tx)
		}
	})
	header, body := blocks[0].Header(), *blocks[0].Body()
	// The chain maker counts withdrawals itself and knows no randomness; neither
	// has a part in the state.
	root := types.DeriveSha(withdrawals, trie.NewStackTrie(nil))
	header.WithdrawalsHash, body.Withdrawals = &root, withdrawals
	header.MixDigest = crypto.Keccak256Hash(parent.Hash().Bytes())
	target, err := b.engine.NextTarget(parent.Header(), header.Time)
	if err != nil {
		panic(err) // the parent is ours
	}
	header.Extra = pow.Seal{Target: target}.Encode()
	if spec.Damage != nil {
		spec.Damage(header, &body)
	}
	return types.NewBlockWithHeader(Seal(header)).WithBody(body)
}

// Chain makes n blocks on the parent; spec, if not nil, fills in the i-th.
func (b *Builder) Chain(parent *types.Block, n int, spec func(i int) Spec) types.Blocks {
	blocks := make(types.Blocks, 0, n)
	for i := range n {
		var s Spec
		if spec != nil {
			s = spec(i)
		}
		parent = b.Block(parent, s)
		blocks = append(blocks, parent)
	}
	return blocks
}

// Seal returns the header with a nonce that makes it a proof of its own target. A
// header whose extra data is no seal is returned as it is.
func Seal(header *types.Header) *types.Header {
	if _, err := pow.ParseSeal(header.Extra); err != nil {
		return header
	}
	sealed, err := pow.SealHeader(context.Background(), header)
	if err != nil {
		panic(err) // the seal was checked and the context does not end
	}
	return sealed
}

// Transfer returns a signed transfer of one ether from the i-th account.
func (b *Builder) Transfer(i int, nonce uint64, to common.Address) *types.Transaction {
	return types.MustSignNewTx(Key(i), b.Signer(), &types.DynamicFeeTx{
		ChainID: big.NewInt(ChainID), Nonce: nonce, To: &to, Value: big.NewInt(params.Ether),
		Gas: 21000, GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(100 * params.GWei),
	})
}
