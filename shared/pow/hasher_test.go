package pow

import (
	"context"
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// TestHasherSum compares with go-ethereum's hash, for headers whose nonce lies
// at different places.
func TestHasherSum(t *testing.T) {
	slot, root := uint64(123457), common.Hash{1}
	for name, change := range map[string]func(*types.Header){
		"osaka":        func(*types.Header) {},
		"no vanity":    func(h *types.Header) { h.Extra = Seal{Target: MinCompact}.Encode() },
		"long vanity":  func(h *types.Header) { h.Extra = Seal{Vanity: make([]byte, MaxVanity), Target: MinCompact}.Encode() },
		"vanity of ff": func(h *types.Header) { h.Extra = Seal{Vanity: []byte{255, 255}, Target: MinCompact}.Encode() },
		"nonce set":    func(h *types.Header) { h.Extra = Seal{Target: MinCompact, Nonce: math.MaxUint64}.Encode() },
		"amsterdam":    func(h *types.Header) { h.BlockAccessListHash, h.SlotNumber = &root, &slot },
		"before shanghai": func(h *types.Header) {
			h.WithdrawalsHash, h.BlobGasUsed, h.ExcessBlobGas, h.ParentBeaconRoot, h.RequestsHash = nil, nil, nil, nil, nil
		},
		"large numbers": func(h *types.Header) { h.Number, h.GasLimit, h.GasUsed = big.NewInt(math.MaxInt64), 1<<62, 1<<62 },
		"small numbers": func(h *types.Header) { h.Number, h.GasLimit, h.GasUsed, h.Time = new(big.Int), 0, 0, 0 },
	} {
		header := benchHeader()
		change(header)
		before := header.Hash()
		hasher, err := NewHasher(header)
		if err != nil {
			t.Fatal(err)
		}
		for _, nonce := range []uint64{0, 1, 0x0123456789abcdef, math.MaxUint64} {
			if have, want := hasher.Sum(nonce), WithNonce(header, nonce).Hash(); have != want {
				t.Errorf("%s: nonce %#x: hash %v, want %v", name, nonce, have, want)
			}
		}
		if header.Hash() != before {
			t.Errorf("%s: the header was changed", name)
		}
	}
}

func TestNewHasherRefuses(t *testing.T) {
	if _, err := NewHasher(&types.Header{}); !errors.Is(err, ErrExtra) {
		t.Errorf("without seal: error %v, want ErrExtra", err)
	}
	if _, err := NewHasher(&types.Header{Extra: Seal{}.Encode()}); !errors.Is(err, ErrTarget) {
		t.Errorf("without target: error %v, want ErrTarget", err)
	}
	if _, err := NewHasher(&types.Header{Number: big.NewInt(-1), Extra: Seal{Target: MinCompact}.Encode()}); err == nil {
		t.Error("a header that cannot be encoded was taken")
	}
}

// TestSearch finds the same nonces as hashing one by one.
func TestSearch(t *testing.T) {
	header := benchHeader()
	target := Compact(0x20040000) // one in 64
	header.Extra = Seal{Target: target}.Encode()
	hasher, err := NewHasher(header)
	if err != nil {
		t.Fatal(err)
	}
	const count = 2000
	start := uint64(math.MaxUint64 - count/2) // wraps around
	var want []uint64
	for i := range uint64(count) {
		if target.MetBy(WithNonce(header, start+i).Hash()) {
			want = append(want, start+i)
		}
	}
	var have []uint64
	for done := uint64(0); done < count; {
		nonce, tried, found := hasher.Search(start+done, min(100, count-done))
		done += tried
		if found {
			have = append(have, nonce)
			if nonce != start+done-1 {
				t.Fatalf("nonce %#x is not the last of the %d tried", nonce, tried)
			}
		} else if tried != 100 && done != count {
			t.Fatalf("%d tried, want 100", tried)
		}
	}
	if len(want) < 10 || len(have) != len(want) {
		t.Fatalf("found %d, want %d", len(have), len(want))
	}
	for i := range want {
		if have[i] != want[i] {
			t.Errorf("found %#x, want %#x", have[i], want[i])
		}
	}
	if _, tried, found := hasher.Search(0, 0); tried != 0 || found {
		t.Error("searched without being asked to")
	}
}

func TestSearchDoesNotAllocate(t *testing.T) {
	hasher, err := NewHasher(benchHeader())
	if err != nil {
		t.Fatal(err)
	}
	if allocs := testing.AllocsPerRun(10, func() { hasher.Search(0, 100) }); allocs != 0 {
		t.Errorf("%v allocations in 100 hashes", allocs)
	}
}

func TestSealHeaderEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := SealHeader(ctx, benchHeader()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if _, err := SealHeader(ctx, &types.Header{}); !errors.Is(err, ErrExtra) {
		t.Errorf("without seal: error %v, want ErrExtra", err)
	}
}
