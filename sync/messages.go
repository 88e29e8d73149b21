package sync

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// Limits on what a message may hold. Those on bytes are in the table of
// protocols. Lists are counted before they are decoded: ten bytes can make a
// transaction that takes 400 in memory.
const (
	maxLocator   = 64      // hashes in a locator: exponential steps reach any block with fewer
	maxHeaders   = 1024    // in a response, 0.6 MiB
	maxBlocks    = 1024    // hashes in a request; responses end at softResponse
	maxBlockTxs  = 1 << 17 // in a block: 8 MiB, the largest a block may be, of the smallest ones
	maxPrefilled = 1 << 14 // transactions in an announcement: maxPrefill bytes of the smallest ones
	maxPoolTxs   = 1 << 16 // hashes of pooled transactions, 2 MiB
	maxTxs       = 4096    // transactions in a batch, or asked for at once
	maxWorkBits  = 320     // of cumulative work: 2^64 blocks of the hardest target
	softResponse = 3 << 20 // bytes after which a response takes up no further item
)

var (
	errTooMany   = errors.New("too many items")
	errNoBlock   = errors.New("block is not complete")
	errNotSorted = errors.New("indexes do not ascend")
)

// status is what two peers tell each other about the chain they are on.
type status struct {
	Version uint64
	ChainID *big.Int
	Genesis common.Hash
	ForkID  forkid.ID
	Number  uint64 // of the head
	Head    common.Hash
	Work    *big.Int // of the head's branch
	Time    uint64   // Unix milliseconds on the sender's clock
}

// headersRequest asks for the headers that follow the first hash of the locator
// which is on the server's canonical chain, ascending. The locator begins at the
// client's head and goes back to genesis.
type headersRequest struct {
	Locator []common.Hash
	Max     uint64
}

// blockTxsRequest asks for transactions of a block by their positions; without
// any, for all of them.
type blockTxsRequest struct {
	Block   common.Hash
	Indexes []uint64
}

// poolRequest asks for the hashes of the pooled transactions, unless the two
// pools are the same: then the response is empty.
type poolRequest struct {
	Count  uint64
	Digest common.Hash // exclusive or of all hashes
}

func encode(message any) []byte {
	enc, err := rlp.EncodeToBytes(message)
	if err != nil {
		panic(fmt.Sprintf("message %T cannot be encoded: %v", message, err)) // our own types can
	}
	return enc
}

func decodeStatus(data []byte) (*status, error) {
	s := new(status)
	if err := rlp.DecodeBytes(data, s); err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	if s.Work.BitLen() > maxWorkBits || s.ChainID.BitLen() > 256 {
		return nil, fmt.Errorf("status: %w: a number of %d bits", errTooMany, max(s.Work.BitLen(), s.ChainID.BitLen()))
	}
	return s, nil
}

func decodeHeadersRequest(data []byte) (*headersRequest, error) {
	request := new(headersRequest)
	if err := rlp.DecodeBytes(data, request); err != nil {
		return nil, fmt.Errorf("headers request: %w", err)
	}
	if len(request.Locator) > maxLocator {
		return nil, fmt.Errorf("headers request: %w: %d hashes, at most %d", errTooMany, len(request.Locator), maxLocator)
	}
	return request, nil
}

// decodeList decodes a list of at most limit items.
func decodeList[T any](what string, data []byte, limit int) ([]T, error) {
	content, rest, err := rlp.SplitList(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%s: %d bytes follow", what, len(rest))
	}
	count, err := rlp.CountValues(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if count > limit {
		return nil, fmt.Errorf("%s: %w: %d, at most %d", what, errTooMany, count, limit)
	}
	var list []T
	if err := rlp.DecodeBytes(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list, nil
}

func decodeHashes(data []byte, limit int) ([]common.Hash, error) {
	return decodeList[common.Hash]("hashes", data, limit)
}

func decodeTxs(data []byte, limit int) (types.Transactions, error) {
	return decodeList[*types.Transaction]("transactions", data, limit)
}

func decodeHeaders(data []byte, limit int) ([]*types.Header, error) {
	headers, err := decodeList[*types.Header]("headers", data, limit)
	if err != nil {
		return nil, err
	}
	for _, header := range headers {
		if err := checkSize(header); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
	}
	return headers, nil
}

// checkSize refuses numbers in a header that the rest of the code may take for
// granted to be small.
func checkSize(header *types.Header) error {
	if !header.Number.IsUint64() {
		return fmt.Errorf("header: number has %d bits", header.Number.BitLen())
	}
	return header.SanityCheck()
}

func decodeBlockTxsRequest(data []byte) (*blockTxsRequest, error) {
	request := new(blockTxsRequest)
	if err := rlp.DecodeBytes(data, request); err != nil {
		return nil, fmt.Errorf("block transactions request: %w", err)
	}
	if len(request.Indexes) > maxBlockTxs {
		return nil, fmt.Errorf("block transactions request: %w: %d", errTooMany, len(request.Indexes))
	}
	for i := 1; i < len(request.Indexes); i++ {
		if request.Indexes[i] <= request.Indexes[i-1] {
			return nil, fmt.Errorf("block transactions request: %w", errNotSorted)
		}
	}
	return request, nil
}

func decodePoolRequest(data []byte) (*poolRequest, error) {
	request := new(poolRequest)
	if err := rlp.DecodeBytes(data, request); err != nil {
		return nil, fmt.Errorf("pool request: %w", err)
	}
	return request, nil
}
