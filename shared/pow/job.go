package pow

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Job is a header that lacks nothing but its nonce, in the form in which a node
// hands it to miners outside of it. Whoever has it can try nonces for as long as it
// is good without asking again, and needs to know nothing of what a header is made
// of: the nonce goes into Header at Offset, eight bytes, big-endian, and it is a
// proof if the keccak256 of the result is at most Target, both read as big-endian
// numbers. That hash is the block's.
//
// In JSON it is an array of five strings, the answer of eth_getWork:
//
//	[0]  the job's id, 32 bytes: keccak256 of [1], which is Engine.SealHash
//	[1]  the header in RLP with a nonce of zero
//	[2]  the target, 32 bytes
//	[3]  the block's number, a quantity
//	[4]  the offset of the nonce in [1], a quantity
//
// The id, the target and the number are where geth's answer had them for ethash; in
// the place of its seed is the header. A found nonce goes back by eth_submitWork
// with the nonce as 8 bytes, the id, and the block's hash in the place of ethash's
// mix digest: the node compares it, so that a miner which hashes something else
// learns of it at once.
//
// Fields that headers may get later do not change this form. Everybody gets the same
// job, so a miner starts at a random nonce.
type Job struct {
	ID     common.Hash
	Header []byte
	Target common.Hash
	Number uint64
	Offset int
}

// maxJobHeader bounds the header in somebody's answer; one of today has 600 bytes.
const maxJobHeader = 1 << 16

// errJob is wrapped by errors about a job that is not what Job says.
var errJob = errors.New("not a mining job")

// NewJob returns the job of finding a header's nonce. The error wraps
// ErrExtra or ErrTarget if the extra data is not a seal.
func NewJob(header *types.Header) (*Job, error) {
	seal, err := ParseSeal(header.Extra)
	if err != nil {
		return nil, err
	}
	encoded, at, err := encodeForNonce(header, seal)
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	return &Job{
		ID:     crypto.Keccak256Hash(encoded),
		Header: encoded,
		Target: seal.Target.threshold(),
		Number: header.Number.Uint64(),
		Offset: at,
	}, nil
}

// Hasher returns a Hasher that searches the nonce. The error tells in what
// way the job contradicts itself.
func (j *Job) Hasher() (*Hasher, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	return newHasher(j.Header, j.Offset, j.Target)
}

func (j *Job) check() error {
	switch {
	case len(j.Header) > maxJobHeader:
		return fmt.Errorf("%w: a header of %d bytes, more than %d", errJob, len(j.Header), maxJobHeader)
	case j.Offset < 0 || j.Offset > len(j.Header)-nonceSize:
		return fmt.Errorf("%w: the nonce would be at %d of %d bytes", errJob, j.Offset, len(j.Header))
	case [nonceSize]byte(j.Header[j.Offset:]) != [nonceSize]byte{}:
		return fmt.Errorf("%w: the nonce is not zero", errJob)
	case crypto.Keccak256Hash(j.Header) != j.ID:
		return fmt.Errorf("%w: the id is not the header's hash", errJob)
	}
	return nil
}

// MarshalJSON writes the array of strings.
func (j *Job) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{j.ID, hexutil.Bytes(j.Header), j.Target, hexutil.Uint64(j.Number), hexutil.Uint64(j.Offset)})
}

// UnmarshalJSON reads the array of strings, which may have more of them, and checks
// that they agree.
func (j *Job) UnmarshalJSON(text []byte) error {
	var words []json.RawMessage
	if err := json.Unmarshal(text, &words); err != nil {
		return fmt.Errorf("%w: %w", errJob, err)
	}
	var (
		read           Job
		header         hexutil.Bytes
		number, offset hexutil.Uint64
	)
	fields := []any{&read.ID, &header, &read.Target, &number, &offset}
	if len(words) < len(fields) {
		return fmt.Errorf("%w: %d words, want %d", errJob, len(words), len(fields))
	}
	for i, field := range fields {
		if err := json.Unmarshal(words[i], field); err != nil {
			return fmt.Errorf("%w: word %d: %w", errJob, i, err)
		}
	}
	if offset > maxJobHeader {
		return fmt.Errorf("%w: the nonce would be at %d", errJob, uint64(offset))
	}
	read.Header, read.Number, read.Offset = header, uint64(number), int(offset)
	if err := read.check(); err != nil {
		return err
	}
	*j = read
	return nil
}
