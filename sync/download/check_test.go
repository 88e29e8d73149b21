package download

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func (n *network) mixedBlocks() types.Blocks {
	to := chaintest.Address(30)
	legacy := types.MustSignNewTx(chaintest.Key(1), n.Signer(), &types.LegacyTx{Nonce: 0, To: &to, Gas: 21000, GasPrice: big.NewInt(100 * params.GWei)})
	return n.Chain(n.Genesis(), 3, func(i int) chaintest.Spec {
		if i != 1 {
			return chaintest.Spec{}
		}
		return chaintest.Spec{Txs: []*types.Transaction{n.Transfer(0, 0, to), legacy}}
	})
}

func hashesOf(blocks types.Blocks) []common.Hash {
	hashes := make([]common.Hash, len(blocks))
	for i, block := range blocks {
		hashes[i] = block.Hash()
	}
	return hashes
}

func encode(t testing.TB, value any) []byte {
	t.Helper()
	enc, err := rlp.EncodeToBytes(value)
	if err != nil {
		t.Fatal(err)
	}
	return enc
}

func TestDecodeBlocks(t *testing.T) {
	n := newNetwork(t)
	blocks := n.mixedBlocks()
	hashes := hashesOf(blocks)
	for count := range len(blocks) + 1 {
		decoded, err := DecodeBlocks(encode(t, blocks[:count]), hashes)
		if err != nil || len(decoded) != count {
			t.Fatalf("%d of %d blocks decoded: %v", len(decoded), count, err)
		}
		if !bytes.Equal(encode(t, decoded), encode(t, blocks[:count])) {
			t.Fatal("the decoded blocks are others")
		}
	}
	junk := *blocks[1].Body()
	junk.Transactions = make([]*types.Transaction, 1000)
	for i := range junk.Transactions {
		junk.Transactions[i] = types.NewTx(&types.LegacyTx{})
	}
	noWithdrawals := *blocks[1].Body()
	noWithdrawals.Withdrawals = nil
	uncles := *blocks[1].Body()
	uncles.Uncles = []*types.Header{blocks[0].Header()}
	valid := encode(t, blocks)
	for name, enc := range map[string][]byte{
		"nothing":             nil,
		"no list":             {0x80},
		"half":                valid[:len(valid)/2],
		"more bytes":          append(bytes.Clone(valid), 0),
		"more blocks":         encode(t, append(bytesOf(t, blocks), encode(t, blocks[0]))),
		"other order":         encode(t, types.Blocks{blocks[1], blocks[0]}),
		"junk transactions":   encode(t, types.Blocks{blocks[0], blocks[1].WithBody(junk)}),
		"missing withdrawals": encode(t, types.Blocks{blocks[0], blocks[1].WithBody(noWithdrawals)}),
		"uncles":              encode(t, types.Blocks{blocks[0], blocks[1].WithBody(uncles)}),
		"header alone":        encode(t, []any{[]any{blocks[0].Header()}}),
		"strings for lists":   encode(t, []any{[]any{blocks[0].Header(), "a", "b"}}),
	} {
		if decoded, err := DecodeBlocks(enc, hashes); err == nil {
			t.Errorf("%s: %d blocks decoded", name, len(decoded))
		}
	}
}

func bytesOf(t testing.TB, blocks types.Blocks) []rlp.RawValue {
	t.Helper()
	var raw []rlp.RawValue
	for _, block := range blocks {
		raw = append(raw, encode(t, block))
	}
	return raw
}

// Whatever comes in, what comes out has the hashes asked for and encodes to a prefix
// of the answer's blocks.
func FuzzDecodeBlocks(f *testing.F) {
	n := newNetwork(f)
	blocks := n.mixedBlocks()
	hashes := hashesOf(blocks)
	valid := encode(f, blocks)
	f.Add(valid)
	f.Add(encode(f, blocks[:1]))
	f.Add(valid[:len(valid)-1])
	f.Add([]byte{0xc0})
	f.Add([]byte{0xc1, 0xc0})
	f.Add(encode(f, []any{[]any{blocks[0].Header(), []any{"a"}, []any{}, []any{}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		decoded, err := DecodeBlocks(data, hashes)
		good, checkErr := checkBlocks(decoded, hashes)
		if checkErr != nil || good != len(decoded) {
			t.Fatalf("%d of %d decoded blocks are good: %v", good, len(decoded), checkErr)
		}
		if err == nil && !bytes.Equal(encode(t, decoded), data) {
			t.Fatal("the decoded blocks have another encoding")
		}
	})
}
