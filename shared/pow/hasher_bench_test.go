package pow

import (
	"encoding/binary"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
)

// benchHeader is a header as on a live network: every field of Osaka, a vanity
// of eight bytes, and a target that no hash meets.
func benchHeader() *types.Header {
	var (
		root = common.HexToHash("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
		zero uint64
	)
	return &types.Header{
		ParentHash: root, UncleHash: types.EmptyUncleHash, Coinbase: common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
		Root: root, TxHash: root, ReceiptHash: root,
		Difficulty: new(big.Int), Number: big.NewInt(123456), GasLimit: 60_000_000, GasUsed: 1_234_567, Time: 1_760_000_000,
		Extra:     Seal{Vanity: []byte("monolith"), Target: MinCompact}.Encode(),
		MixDigest: root, BaseFee: big.NewInt(params.GWei), WithdrawalsHash: &root,
		BlobGasUsed: &zero, ExcessBlobGas: &zero, ParentBeaconRoot: new(common.Hash), RequestsHash: &root,
	}
}

// BenchmarkHasher is the sealing loop.
func BenchmarkHasher(b *testing.B) {
	hasher, err := NewHasher(benchHeader())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if _, _, found := hasher.Search(0, uint64(b.N)); found {
		b.Fatal("found a proof for the hardest target")
	}
	reportHashrate(b)
}

// BenchmarkKeccakSameBytes is keccak256 of the encoded header and no more.
func BenchmarkKeccakSameBytes(b *testing.B) {
	encoded, err := rlp.EncodeToBytes(benchHeader())
	if err != nil {
		b.Fatal(err)
	}
	state, sum := crypto.NewKeccakState(), make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		state.Reset()
		state.Write(encoded)
		state.Read(sum)
	}
	reportHashrate(b)
}

// BenchmarkNaive encodes the header, hashes it and compares, for each nonce.
func BenchmarkNaive(b *testing.B) {
	header := benchHeader()
	target := MinCompact.Target()
	nonce := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		binary.BigEndian.PutUint64(header.Extra[len(header.Extra)-nonceSize:], nonce)
		if hash := header.Hash(); new(big.Int).SetBytes(hash[:]).Cmp(target) <= 0 {
			b.Fatal("found a proof for the hardest target")
		}
		nonce++
	}
	reportHashrate(b)
}

func reportHashrate(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hashes/s")
}
