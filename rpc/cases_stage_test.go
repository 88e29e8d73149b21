package rpc

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// caseFolder holds the recorded cases and the chain that they were recorded on.
const caseFolder = "testdata/cases"

// caseTime is when that chain begins: 2025-01-01.
const caseTime = 1735689600

// keeper is the account whose key the node has.
const keeper = 8

// Contracts of that chain, written by hand.
const (
	// loggerCode deploys what logs the number 42 with none to four topics: 1, 2, 3, 4.
	loggerCode = "0x6033600c60003960336000f3" + "602a600052" + "60206000a0" + "600160206000a1" + "6002600160206000a2" +
		"60036002600160206000a3" + "600460036002600160206000a4" + "00"

	// forwarderCode deploys what calls the address in its input's first word with the
	// rest of it, and answers what comes back.
	forwarderCode = "0x6029600c60003960296000f3" + "6020360380602060003760006000916000346000355af13d600060003e6024573d6000fd5b3d6000f3"
)

// stage is a node with the chain of the recorded cases: every kind of transaction, logs,
// failures, deposits of code. It has a pending and a queued transaction in its pool.
//
// Blocks are only ever added at its end, so that what is recorded stays true; but what
// is said about the head changes then.
type stage struct {
	*node
	blocks types.Blocks // from genesis

	counter, logger, forwarder common.Address

	legacy, unprotected, accessList, dynamicFee, setCode *types.Transaction

	deployment, failed, logs, forwarded *types.Transaction

	waiting, queued *types.Transaction // in the pool
	next            *types.Transaction // not sent yet

	dev *stage // a development chain with the same transactions
}

// delegated is the account with the contract's code (EIP-7702).
func (s *stage) delegated() common.Address { return chaintest.Address(6) }

// buildStage makes the chain: with proofs of work, or for development.
func buildStage(t *testing.T, p *pow.Params) *stage {
	p.SafeDepth, p.FinalizedDepth = 4, 8
	s := &stage{node: &node{t: t, params: p, genesis: chaintest.Genesis(p), nonces: make(map[int]uint64)}}
	s.genesis.Timestamp = caseTime
	s.builder = chaintest.New(t, s.genesis, p)
	s.blocks = types.Blocks{s.builder.Genesis()}

	s.deployment = s.tx(0, types.DynamicFeeTx{Data: common.FromHex(counterCode)})
	s.counter = crypto.CreateAddress(chaintest.Address(0), s.deployment.Nonce())
	s.put(s.deployment)

	logger := s.tx(0, types.DynamicFeeTx{Data: common.FromHex(loggerCode)})
	s.logger = crypto.CreateAddress(chaintest.Address(0), logger.Nonce())
	forwarder := s.tx(0, types.DynamicFeeTx{Data: common.FromHex(forwarderCode)})
	s.forwarder = crypto.CreateAddress(chaintest.Address(0), forwarder.Nonce())
	s.put(logger, forwarder)

	s.legacy = s.sign(1, &types.LegacyTx{Nonce: s.nonce(1), GasPrice: dear, Gas: 30_000, To: &stranger, Value: common.Big1, Data: []byte("hello")})
	s.unprotected = types.MustSignNewTx(chaintest.Key(2), types.HomesteadSigner{}, &types.LegacyTx{Nonce: s.nonce(2), GasPrice: dear, Gas: params.TxGas, To: &stranger, Value: common.Big2})
	s.put(s.legacy, s.unprotected)

	access := types.AccessList{{Address: s.counter, StorageKeys: []common.Hash{{}}}}
	chainID := s.genesis.Config.ChainID
	s.accessList = s.sign(3, &types.AccessListTx{ChainID: chainID, Nonce: s.nonce(3), GasPrice: dear, Gas: 100_000, To: &s.counter, Data: selector("increment()"), AccessList: access})
	s.put(s.accessList)
	s.dynamicFee = s.sign(4, &types.DynamicFeeTx{ChainID: chainID, Nonce: s.nonce(4), GasTipCap: gwei, GasFeeCap: dear, Gas: 100_000, To: &s.counter, Data: selector("increment()"), AccessList: access})
	s.put(s.dynamicFee)
	s.put()

	auth, err := types.SignSetCode(chaintest.Key(6), types.SetCodeAuthorization{ChainID: *uint256.MustFromBig(chainID), Address: s.counter})
	s.check(err)
	s.setCode = s.sign(5, &types.SetCodeTx{
		ChainID: uint256.MustFromBig(chainID), Nonce: s.nonce(5), GasTipCap: uint256.MustFromBig(gwei), GasFeeCap: uint256.MustFromBig(dear), Gas: 200_000,
		To: s.delegated(), Data: selector("increment()"), AuthList: []types.SetCodeAuthorization{auth},
	})
	s.put(s.setCode)

	s.failed = s.tx(1, types.DynamicFeeTx{To: &s.counter, Data: selector("refuse()"), Gas: 50_000})
	s.put(s.failed, s.increment(3, s.counter))
	s.logs = s.tx(4, types.DynamicFeeTx{To: &s.logger, Gas: 60_000})
	s.put(s.logs)
	s.forwarded = s.tx(7, types.DynamicFeeTx{To: &s.forwarder, Gas: 100_000, Data: s.forward(selector("increment()"))})
	// A contract creation that fails, since its code begins with a byte that no code
	// may begin with (EIP-3541).
	s.put(s.forwarded, s.tx(8, types.DynamicFeeTx{Data: common.FromHex("0x60ef60005360016000f3"), Gas: 80_000}))
	s.put(s.increment(3, s.counter), s.increment(4, s.counter), s.transferWithData(1, 300))
	for range 6 {
		s.put()
	}

	s.waiting = s.transfer(1)
	s.nonces[2] += 4
	s.queued = s.transfer(2)
	s.next = s.transfer(9)
	return s
}

// forward is the input by which the forwarder calls the counter.
func (s *stage) forward(data []byte) []byte {
	return append(common.LeftPadBytes(s.counter.Bytes(), 32), data...)
}

func (s *stage) nonce(from int) uint64 {
	s.nonces[from]++
	return s.nonces[from] - 1
}

func (s *stage) sign(from int, inner types.TxData) *types.Transaction {
	return types.MustSignNewTx(chaintest.Key(from), s.builder.Signer(), inner)
}

// put adds a block.
func (s *stage) put(txs ...*types.Transaction) {
	parent := s.blocks[len(s.blocks)-1]
	s.blocks = append(s.blocks, s.builder.Block(parent, chaintest.Spec{Coinbase: etherbase, Txs: txs}))
}

// top is the last block.
func (s *stage) top() *types.Block { return s.blocks[len(s.blocks)-1] }

// rlp is the chain as a file has it.
func (s *stage) rlp() []byte {
	var out bytes.Buffer
	for _, block := range s.blocks[1:] {
		s.check(rlp.Encode(&out, block))
	}
	return out.Bytes()
}

// genesisFile is the genesis as node init takes it.
func (s *stage) genesisFile() []byte {
	var file map[string]any
	s.check(json.Unmarshal(encode(s.t.(*testing.T), s.genesis), &file))
	file["config"].(map[string]any)["pow"] = s.params
	text, err := json.MarshalIndent(file, "", " ")
	s.check(err)
	return append(text, '\n')
}

// files are where the chain is recorded.
func (s *stage) files() (chain, genesis string) {
	suffix := ""
	if s.params.Instant() {
		suffix = "-dev"
	}
	return filepath.Join(caseFolder, "chain"+suffix+".rlp"), filepath.Join(caseFolder, "genesis"+suffix+".json")
}

// open starts a node on the recorded chain, with the network of the settings if it has
// one. A development chain mines what is in its pool, so there is nothing in it.
func (s *stage) open(t *testing.T, change ...func(*Config)) *stage {
	o, n := *s, *s.node
	o.node, n.t = &n, t
	o.openChain(t.TempDir())
	chain, _ := o.files()
	file, err := os.Open(chain)
	o.check(err)
	defer file.Close()
	o.check(o.chain.Import(t.Context(), file, nil))
	if o.head().Hash() != o.top().Hash() {
		t.Fatalf("head is %x, want %x", o.head().Hash(), o.top().Hash())
	}
	o.openPool()
	o.openMiner()
	o.openIndex()
	o.miner.Start() // which is not to mine
	o.rpc = o.serve(append(change, withWallet(t, keeper), func(cfg *Config) {
		cfg.serveAll(t.TempDir())
		cfg.Limits.BatchItems, cfg.Limits.BatchResponse = 10, 20_000 // small enough for a case
	})...)
	o.client = o.dial("http://" + o.rpc.Addr().String())
	if !o.params.Instant() {
		o.send(o.waiting)
		o.send(o.queued)
	}
	return &o
}

// TestCaseChain: the chains of the recorded cases are made by what stands here.
func TestCaseChain(t *testing.T) {
	for _, p := range []*pow.Params{chaintest.Params(), chaintest.Instant()} {
		s := buildStage(t, p)
		chain, genesis := s.files()
		for file, want := range map[string][]byte{chain: s.rlp(), genesis: s.genesisFile()} {
			if *update {
				s.check(os.MkdirAll(caseFolder, 0o755))
				s.check(os.WriteFile(file, want, 0o644))
				continue
			}
			have, err := os.ReadFile(file)
			s.check(err)
			if !bytes.Equal(have, want) {
				t.Errorf("%s is not what the generator makes: %s", file, caseUpdate)
			}
		}
	}
}
