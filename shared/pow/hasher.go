package pow

import (
	"bytes"
	"context"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// keccakState is what go-ethereum's Keccak state offers: reading a sum without
// copying the state first, and setting the state from a saved one.
type keccakState interface {
	crypto.KeccakState
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// Hasher computes the hashes of one header for many nonces. The header is
// encoded once, and the part before the nonce is hashed once: of the five
// Keccak permutations that a header takes, two remain for each nonce, and they
// are 97 % of the time. It is not safe for concurrent use: each thread has its
// own.
type Hasher struct {
	state  keccakState
	prefix []byte // the state after all bytes before the nonce
	suffix []byte // the nonce and all bytes after it
	target common.Hash
	sum    common.Hash
}

// NewHasher returns a Hasher for a header that is complete but for its nonce.
// The error wraps ErrExtra or ErrTarget if the extra data is not a seal.
func NewHasher(header *types.Header) (*Hasher, error) {
	seal, err := ParseSeal(header.Extra)
	if err != nil {
		return nil, err
	}
	encoded, at, err := encodeForNonce(header, seal)
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	return newHasher(encoded, at, seal.Target.threshold())
}

// newHasher returns a Hasher for an encoded header with the nonce at the given
// place.
func newHasher(encoded []byte, at int, target common.Hash) (*Hasher, error) {
	state, ok := crypto.NewKeccakState().(keccakState)
	if !ok {
		return nil, errors.New("go-ethereum's keccak state cannot be saved")
	}
	_, _ = state.Write(encoded[:at]) // a hash takes everything
	prefix, err := state.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("save keccak state: %w", err)
	}
	return &Hasher{state: state, prefix: prefix, suffix: bytes.Clone(encoded[at:]), target: target}, nil
}

// encodeForNonce returns the header's encoding and where in it the nonce is.
// It finds the place by encoding a second nonce that differs in every byte,
// which holds whatever fields headers may get.
func encodeForNonce(header *types.Header, seal Seal) (encoded []byte, at int, err error) {
	trial := *header
	var encodings [2][]byte
	for i := range encodings {
		seal.Nonce = -uint64(i) // all bits clear, all bits set
		trial.Extra = seal.Encode()
		if encodings[i], err = rlp.EncodeToBytes(&trial); err != nil {
			return nil, 0, err
		}
	}
	for encodings[0][at] == encodings[1][at] {
		at++
	}
	return encodings[0], at, nil
}

// Sum returns the header's hash with the given nonce.
func (h *Hasher) Sum(nonce uint64) common.Hash {
	h.hash(nonce)
	return h.sum
}

func (h *Hasher) hash(nonce uint64) {
	// None of these can fail: the saved state is of the same kind.
	_ = h.state.UnmarshalBinary(h.prefix)
	binary.BigEndian.PutUint64(h.suffix, nonce)
	_, _ = h.state.Write(h.suffix)
	_, _ = h.state.Read(h.sum[:])
}

// Search tries count nonces from start on, wrapping around, and returns the
// first that meets the header's target and how many were tried. A thread calls
// it in slices, and between them looks whether to go on: 1024 nonces take less
// than a millisecond.
func (h *Hasher) Search(start, count uint64) (nonce, tried uint64, found bool) {
	for tried < count {
		nonce = start + tried
		tried++
		h.hash(nonce)
		if h.sum.Cmp(h.target) <= 0 {
			return nonce, tried, true
		}
	}
	return 0, tried, false
}

// searchSlice is how many nonces SealHeader tries between looks at its
// context.
const searchSlice = 1024

// SealHeader returns a copy of a header, complete but for its nonce, with the
// first nonce that is a proof: one thread's work, for tests and tools. It ends
// early only with ctx, whose error it returns.
func SealHeader(ctx context.Context, header *types.Header) (*types.Header, error) {
	hasher, err := NewHasher(header)
	if err != nil {
		return nil, err
	}
	for start := uint64(0); ctx.Err() == nil; start += searchSlice {
		if nonce, _, found := hasher.Search(start, searchSlice); found {
			return WithNonce(header, nonce), nil
		}
	}
	return nil, ctx.Err()
}

// WithNonce returns a copy of a header, whose extra data must be a seal, with
// the nonce in it replaced.
func WithNonce(header *types.Header, nonce uint64) *types.Header {
	sealed := types.CopyHeader(header)
	binary.BigEndian.PutUint64(sealed.Extra[len(sealed.Extra)-nonceSize:], nonce)
	return sealed
}
