package addressindex

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"
)

// KeyPrefix begins every key of the index, and no other: without them there is none.
const KeyPrefix = "monolith-address-"

// Kinds of entries: the byte after the prefix, what the key goes on with, and the
// value. Positions are stored with all bits flipped, so that the newest one comes
// first in a database that can only be read forward.
const (
	kindProgress = 'p' // -> progress
	kindTx       = 't' // address, block, transaction
	kindTransfer = 'x' // address, block, transaction, log, item
	kindToken    = 'k' // address, contract, block -> standard of a transfer to the address
	kindID       = 'n' // address, contract, id, block -> how many the address has after the block
)

// formatVersion is raised when entries of an older program would be misread.
const formatVersion = 1

// progress is the last block whose entries are in the index.
type progress struct {
	Format uint64
	Number uint64
	Hash   common.Hash
}

var (
	errFormat = errors.New("it is of another format")
	errCursor = errors.New("cursor is none that was answered before")
)

func decodeProgress(enc []byte) (progress, error) {
	var p progress
	if err := rlp.DecodeBytes(enc, &p); err != nil {
		return progress{}, err
	}
	if p.Format != formatVersion {
		return progress{}, errFormat
	}
	return p, nil
}

func progressKey() []byte { return newKey(kindProgress, 0) }

// newKey begins a key that will be so much longer.
func newKey(kind byte, more int) []byte {
	key := make([]byte, 0, len(KeyPrefix)+1+more)
	return append(append(key, KeyPrefix...), kind)
}

// Position is where something is in the chain. Of a transaction, Log and Item are 0.
type Position struct {
	Block uint64
	Tx    uint32 // in the block
	Log   uint32 // in the transaction
	Item  uint32 // in the log of a batch
}

// Newest is after everything.
func Newest() Position {
	return Position{math.MaxUint64, math.MaxUint32, math.MaxUint32, math.MaxUint32}
}

// Sizes of stored positions.
const (
	blockSize    = 8
	txSize       = blockSize + 4
	transferSize = txSize + 8
)

func (p Position) appendTx(key []byte) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(key, ^p.Block), ^p.Tx)
}

func (p Position) appendTransfer(key []byte) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(p.appendTx(key), ^p.Log), ^p.Item)
}

// decodePosition reads what either of them appended.
func decodePosition(enc []byte) (Position, bool) {
	if len(enc) != txSize && len(enc) != transferSize {
		return Position{}, false
	}
	p := Position{Block: ^binary.BigEndian.Uint64(enc), Tx: ^binary.BigEndian.Uint32(enc[blockSize:])}
	if len(enc) == transferSize {
		p.Log, p.Item = ^binary.BigEndian.Uint32(enc[txSize:]), ^binary.BigEndian.Uint32(enc[txSize+4:])
	}
	return p, true
}

func txKey(address common.Address, at Position) []byte {
	return at.appendTx(append(newKey(kindTx, common.AddressLength+txSize), address[:]...))
}

func transferKey(address common.Address, at Position) []byte {
	return at.appendTransfer(append(newKey(kindTransfer, common.AddressLength+transferSize), address[:]...))
}

// holding is a token that an address has received.
type holding struct{ address, contract common.Address }

func (h holding) key(block uint64) []byte {
	key := append(newKey(kindToken, 2*common.AddressLength+blockSize), h.address[:]...)
	return binary.BigEndian.AppendUint64(append(key, h.contract[:]...), ^block)
}

// piece is an id of a token that an address has or had.
type piece struct {
	holding
	id common.Hash
}

func (p piece) prefix() []byte {
	key := append(newKey(kindID, 2*common.AddressLength+common.HashLength+blockSize), p.address[:]...)
	return append(append(key, p.contract[:]...), p.id[:]...)
}

func (p piece) key(block uint64) []byte { return binary.BigEndian.AppendUint64(p.prefix(), ^block) }

// decodeAmount reads the value of an id's entry.
func decodeAmount(enc []byte) (*uint256.Int, bool) {
	if len(enc) > 32 || len(enc) > 0 && enc[0] == 0 {
		return nil, false
	}
	return new(uint256.Int).SetBytes(enc), true
}

// String is the position as a cursor.
func (p Position) String() string {
	return fmt.Sprintf("%016x%08x%08x%08x", p.Block, p.Tx, p.Log, p.Item)
}

// ParsePosition reads what String wrote, and nothing else.
func ParsePosition(text string) (Position, error) {
	enc, err := hex.DecodeString(text)
	if err != nil || len(enc) != transferSize {
		return Position{}, errCursor
	}
	p := Position{
		Block: binary.BigEndian.Uint64(enc), Tx: binary.BigEndian.Uint32(enc[blockSize:]),
		Log: binary.BigEndian.Uint32(enc[txSize:]), Item: binary.BigEndian.Uint32(enc[txSize+4:]),
	}
	if p.String() != text { // not in lower case
		return Position{}, errCursor
	}
	return p, nil
}
