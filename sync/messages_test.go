package sync

import (
	"bytes"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// sample is a block with transactions, and its parent.
func sample(t testing.TB, txs int) (*world, *types.Block) {
	t.Helper()
	w := newWorld(t)
	return w, w.Block(w.Genesis(), chaintest.Spec{Txs: w.transfers(0, 0, txs)})
}

// transfers are n transactions of an account.
func (w *world) transfers(account int, nonce uint64, n int) types.Transactions {
	txs := make(types.Transactions, n)
	for i := range txs {
		txs[i] = w.Transfer(account, nonce+uint64(i), chaintest.Address(20))
	}
	return txs
}

func TestLimitsOfMessages(t *testing.T) {
	hashes := make([]common.Hash, 10)
	for name, test := range map[string]struct {
		decode func() error
		want   error
	}{
		"locator": {func() error {
			_, err := decodeHeadersRequest(encode(&headersRequest{Locator: make([]common.Hash, maxLocator+1)}))
			return err
		}, errTooMany},
		"hashes": {func() error { _, err := decodeHashes(encode(hashes), 9); return err }, errTooMany},
		"work": {func() error {
			_, err := decodeStatus(encode(&status{ChainID: new(big.Int), Work: new(big.Int).Lsh(common.Big1, maxWorkBits)}))
			return err
		}, errTooMany},
		"order of indexes": {func() error {
			_, err := decodeBlockTxsRequest(encode(&blockTxsRequest{Indexes: []uint64{1, 1}}))
			return err
		}, errNotSorted},
	} {
		if err := test.decode(); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestHeaderNumbersAreSmall(t *testing.T) {
	_, block := sample(t, 1)
	header := block.Header()
	header.Number = new(big.Int).Lsh(common.Big1, 64)
	if _, err := decodeHeaders(encode([]*types.Header{header}), 1); err == nil {
		t.Error("a number of 65 bits was taken")
	}
	if _, err := decodeCompactBlock(encode(&compactBlock{Header: header})); err == nil {
		t.Error("a compact block with a number of 65 bits was taken")
	}
}

func TestListHeader(t *testing.T) {
	for _, size := range []int{0, 1, 55, 56, 255, 256, 65535, 65536, 1 << 24} {
		content := bytes.Repeat([]byte{1}, size)
		want := encode(slices.Repeat([]uint64{1}, size))
		if got := wrapList(content); !bytes.Equal(got, want) {
			t.Errorf("list of %d bytes begins with %x, want %x", size, got[:5], want[:5])
		}
	}
}

func FuzzStatus(f *testing.F) {
	f.Add(encode(&status{Version: 1, ChainID: big.NewInt(5), ForkID: forkid.ID{Next: 7}, Number: 9, Work: big.NewInt(1000)}))
	f.Fuzz(func(t *testing.T, data []byte) { reencodes(t, data, decodeStatus) })
}

func FuzzHeadersRequest(f *testing.F) {
	f.Add(encode(&headersRequest{Locator: make([]common.Hash, 3), Max: 5}))
	f.Fuzz(func(t *testing.T, data []byte) { reencodes(t, data, decodeHeadersRequest) })
}

func FuzzBlockTxsRequest(f *testing.F) {
	f.Add(encode(&blockTxsRequest{Indexes: []uint64{0, 5, 7}}))
	f.Fuzz(func(t *testing.T, data []byte) { reencodes(t, data, decodeBlockTxsRequest) })
}

func FuzzPoolRequest(f *testing.F) {
	f.Add(encode(&poolRequest{Count: 7, Digest: common.Hash{1}}))
	f.Fuzz(func(t *testing.T, data []byte) { reencodes(t, data, decodePoolRequest) })
}

func FuzzHashes(f *testing.F) {
	f.Add(encode(make([]common.Hash, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		reencodes(t, data, func(data []byte) ([]common.Hash, error) { return decodeHashes(data, maxBlocks) })
	})
}

func FuzzTransactions(f *testing.F) {
	_, block := sample(f, 2)
	f.Add(encode(block.Transactions()))
	f.Fuzz(func(t *testing.T, data []byte) {
		reencodes(t, data, func(data []byte) (types.Transactions, error) { return decodeTxs(data, maxTxs) })
	})
}

func FuzzHeaders(f *testing.F) {
	_, block := sample(f, 1)
	f.Add(encode([]*types.Header{block.Header()}))
	f.Fuzz(func(t *testing.T, data []byte) {
		reencodes(t, data, func(data []byte) ([]*types.Header, error) { return decodeHeaders(data, maxHeaders) })
	})
}

// FuzzCompactBlock also takes the blocks through a rebuilding.
func FuzzCompactBlock(f *testing.F) {
	_, block := sample(f, 4)
	f.Add(encode(newCompactBlock(block, func(tx *types.Transaction) bool { return tx.Nonce()%2 == 0 })))
	f.Fuzz(func(t *testing.T, data []byte) {
		compact, err := decodeCompactBlock(data)
		if err != nil {
			return
		}
		d := compact.draft(compact.Header.Hash())
		for _, tx := range block.Transactions() {
			d.offer(tx.Hash(), func() *types.Transaction { return tx })
		}
		missing := d.missing()
		d.fill(missing, make(types.Transactions, len(missing)))
		reencodes(t, data, decodeCompactBlock)
	})
}

// reencodes checks that a message which can be decoded has one encoding only.
func reencodes[T any](t *testing.T, data []byte, decode func([]byte) (T, error)) {
	message, err := decode(data)
	if err != nil {
		return
	}
	if enc, err := rlp.EncodeToBytes(message); err != nil || !bytes.Equal(enc, data) {
		t.Errorf("%x is encoded again as %x (%v)", data, enc, err)
	}
}
