package pow

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
)

const (
	targetSize = 4
	nonceSize  = 8
	sealSize   = targetSize + nonceSize

	// MaxVanity is the number of extra-data bytes that a miner may choose:
	// what go-ethereum's limit of 32 leaves beside target and nonce.
	MaxVanity = int(params.MaximumExtraDataSize) - sealSize
)

// Seal is the content of a header's extraData: the vanity, then the target in
// four and the nonce in eight big-endian bytes. In the genesis block the
// vanity is the commitment to the parameters and the nonce is zero.
type Seal struct {
	Vanity []byte
	Target Compact
	Nonce  uint64
}

// ParseSeal takes a header's extra data apart. The vanity refers to extra's
// memory. The error wraps ErrExtra if the length is wrong, ErrTarget if the
// target is not in canonical form.
func ParseSeal(extra []byte) (Seal, error) {
	vanity := len(extra) - sealSize
	if vanity < 0 || vanity > MaxVanity {
		return Seal{}, fmt.Errorf("%w: %d bytes, want %d to %d", ErrExtra, len(extra), sealSize, sealSize+MaxVanity)
	}
	seal := Seal{
		Vanity: extra[:vanity:vanity],
		Target: Compact(binary.BigEndian.Uint32(extra[vanity:])),
		Nonce:  binary.BigEndian.Uint64(extra[vanity+targetSize:]),
	}
	if err := seal.Target.Validate(); err != nil {
		return Seal{}, err
	}
	return seal, nil
}

// Encode returns the extra data that holds the seal. It checks nothing: a
// vanity above MaxVanity gives extra data that no engine takes.
func (s Seal) Encode() []byte {
	extra := make([]byte, 0, len(s.Vanity)+sealSize)
	extra = append(extra, s.Vanity...)
	extra = binary.BigEndian.AppendUint32(extra, uint32(s.Target))
	return binary.BigEndian.AppendUint64(extra, s.Nonce)
}

// checkProof reports whether a block's hash meets the target in its seal.
func (s Seal) checkProof(hash common.Hash) error {
	if !s.Target.MetBy(hash) {
		return fmt.Errorf("%w: hash %v, target %v", ErrProof, hash, s.Target)
	}
	return nil
}
