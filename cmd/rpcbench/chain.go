package main

import (
	"bufio"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

const (
	blockTxs = 200  // transactions in the big block
	logRange = 1000 // blocks with a log each
	rareLogs = 10   // of these logs that another account caused

	// perSender is how many transactions a sender submits: no pool takes more
	// than 16 of one account for granted.
	perSender = 15
)

// chainData is the chain that all servers have, and what to ask about it. It is one of
// the network "dev".
type chainData struct {
	file    string // chain file
	blocks  types.Blocks
	counter common.Address
	rare    common.Address // who caused the rare logs
	big     *types.Block   // the block with many transactions
	first   uint64         // of the blocks with a log each
	signer  types.Signer
	senders []*ecdsa.PrivateKey
}

// chainMaker adds blocks, and counts nonces.
type chainMaker struct {
	*chainData
	builder *chaintest.Builder
	keys    []*ecdsa.PrivateKey
	nonces  map[int]uint64
}

// makeChain makes the chain: a contract is deployed, the senders are given ether, one
// block has many calls of the contract, and then comes one with a single call at a
// time. So many senders have what the transactions to submit cost.
func makeChain(dir string, senders int) (*chainData, error) {
	genesis := config.Dev()
	builder, err := chaintest.NewBuilder(genesis.Core, genesis.Pow)
	if err != nil {
		return nil, err
	}
	m := &chainMaker{
		chainData: &chainData{file: filepath.Join(dir, "chain.rlp"), signer: builder.Signer()},
		builder:   builder, keys: config.DevKeys(), nonces: make(map[int]uint64),
	}
	m.counter = crypto.CreateAddress(config.DevAccounts()[0], 0)
	m.rare = config.DevAccounts()[1]
	m.add(m.tx(0, nil, nil, common.FromHex(chaintest.CounterCode())))
	m.fund(senders)
	var calls []*types.Transaction
	for i := range blockTxs {
		calls = append(calls, m.increment(2+i%8))
	}
	m.big = m.add(calls...)
	m.first = m.big.NumberU64() + 1
	for i := range logRange {
		from := 0
		if i%(logRange/rareLogs) == 7 {
			from = 1
		}
		m.add(m.increment(from))
	}
	return m.chainData, m.write()
}

// fund makes senders and gives them what their transactions cost.
func (m *chainMaker) fund(senders int) {
	var txs []*types.Transaction
	for i := range senders {
		key, err := crypto.ToECDSA(crypto.Keccak256(big.NewInt(int64(i)).Bytes()))
		if err != nil {
			panic(err) // a hash is a key
		}
		m.senders = append(m.senders, key)
		to := crypto.PubkeyToAddress(key.PublicKey)
		txs = append(txs, m.tx(i%10, &to, big.NewInt(params.Ether), nil))
		if len(txs) == blockTxs || i == senders-1 {
			m.add(txs...)
			txs = nil
		}
	}
}

// tx is a signed transaction of a development account.
func (m *chainMaker) tx(from int, to *common.Address, value *big.Int, data []byte) *types.Transaction {
	nonce := m.nonces[from]
	m.nonces[from]++
	return m.sign(m.keys[from], &types.DynamicFeeTx{Nonce: nonce, To: to, Value: value, Data: data, Gas: 1_000_000})
}

func (c *chainData) sign(key *ecdsa.PrivateKey, tx *types.DynamicFeeTx) *types.Transaction {
	tx.ChainID = c.signer.ChainID()
	tx.GasFeeCap, tx.GasTipCap = big.NewInt(100*params.GWei), big.NewInt(params.GWei)
	return types.MustSignNewTx(key, c.signer, tx)
}

func (m *chainMaker) increment(from int) *types.Transaction {
	return m.tx(from, &m.counter, nil, crypto.Keccak256([]byte("increment()"))[:4])
}

// add puts a block on the head. The first comes long after genesis: go-ethereum puts
// the index of logs off on a chain that looks as if it was still syncing.
func (m *chainMaker) add(txs ...*types.Transaction) *types.Block {
	parent, after := m.builder.Genesis(), uint64(1)
	if len(m.blocks) > 0 {
		parent = m.blocks[len(m.blocks)-1]
	} else {
		after = uint64(time.Now().Add(-time.Hour).Unix()) - parent.Time()
	}
	block := m.builder.Block(parent, chaintest.Spec{After: after, Coinbase: config.DevAccounts()[0], Txs: txs})
	m.blocks = append(m.blocks, block)
	return block
}

func (c *chainData) write() error {
	file, err := os.Create(c.file)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(file)
	for _, block := range c.blocks {
		if err := block.EncodeRLP(buffered); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return errors.Join(buffered.Flush(), file.Close())
}
