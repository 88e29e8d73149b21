package addressindex

import (
	"bytes"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"
)

// Standard is that of a token.
type Standard byte

// The standards whose logs are understood.
const (
	ERC20   Standard = 1
	ERC721  Standard = 2
	ERC1155 Standard = 3
)

func (s Standard) String() string {
	switch s {
	case ERC20:
		return "ERC-20"
	case ERC721:
		return "ERC-721"
	case ERC1155:
		return "ERC-1155"
	}
	return "unknown"
}

// Transfer is what a log says of tokens that moved. Who makes or destroys tokens moves
// them from or to the zero address.
type Transfer struct {
	Contract common.Address
	Standard Standard
	From, To common.Address
	ID       *uint256.Int // nil for ERC-20
	Value    *uint256.Int // nil for ERC-721, where it is one
}

// Touches reports whether an address has to do with the transfer.
func (t *Transfer) Touches(address common.Address) bool {
	return address == t.From || address == t.To || address == t.Contract
}

// Topics of their logs, the hashes of the events' signatures.
var (
	transferTopic = common.HexToHash("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
	singleTopic   = common.HexToHash("0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62")
	batchTopic    = common.HexToHash("0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb")
)

// Transfers reads the transfers of a log, in their order. There are none in a log that
// is not exactly of a standard's form.
func Transfers(log *types.Log) []Transfer {
	if len(log.Topics) == 0 {
		return nil
	}
	switch log.Topics[0] {
	case transferTopic:
		return plainTransfer(log)
	case singleTopic:
		return singleTransfer(log)
	case batchTopic:
		return batchTransfer(log)
	}
	return nil
}

// Touching counts the transfers in the logs that an address has to do with.
func Touching(logs []*types.Log, address common.Address) int {
	count := 0
	for _, log := range logs {
		for _, transfer := range Transfers(log) {
			if transfer.Touches(address) {
				count++
			}
		}
	}
	return count
}

// plainTransfer is of Transfer(address,address,uint256): the third one is a value in
// ERC-20, and an id, which is indexed, in ERC-721.
func plainTransfer(log *types.Log) []Transfer {
	transfer := Transfer{Contract: log.Address}
	switch {
	case len(log.Topics) == 3 && len(log.Data) == 32:
		transfer.Standard, transfer.Value = ERC20, new(uint256.Int).SetBytes(log.Data)
	case len(log.Topics) == 4 && len(log.Data) == 0:
		transfer.Standard, transfer.ID = ERC721, new(uint256.Int).SetBytes(log.Topics[3][:])
	default:
		return nil
	}
	if !parties(&transfer, log.Topics[1], log.Topics[2]) {
		return nil
	}
	return []Transfer{transfer}
}

// singleTransfer is of TransferSingle(operator,from,to,id,value), of which the first
// three are indexed.
func singleTransfer(log *types.Log) []Transfer {
	transfer := Transfer{Contract: log.Address, Standard: ERC1155}
	if len(log.Topics) != 4 || len(log.Data) != 64 || !parties(&transfer, log.Topics[2], log.Topics[3]) {
		return nil
	}
	transfer.ID, transfer.Value = new(uint256.Int).SetBytes(log.Data[:32]), new(uint256.Int).SetBytes(log.Data[32:])
	return []Transfer{transfer}
}

// batchTransfer is of TransferBatch(operator,from,to,ids,values).
func batchTransfer(log *types.Log) []Transfer {
	var transfer Transfer
	if len(log.Topics) != 4 || !parties(&transfer, log.Topics[2], log.Topics[3]) {
		return nil
	}
	ids, ok := words(log.Data, 0)
	values, also := words(log.Data, 1)
	if !ok || !also || len(ids) != len(values) {
		return nil
	}
	transfers := make([]Transfer, len(ids)/32)
	for i := range transfers {
		transfers[i] = Transfer{
			Contract: log.Address, Standard: ERC1155, From: transfer.From, To: transfer.To,
			ID: new(uint256.Int).SetBytes(ids[32*i : 32*i+32]), Value: new(uint256.Int).SetBytes(values[32*i : 32*i+32]),
		}
	}
	return transfers
}

// words returns the elements of the ABI's n-th argument, an array of 32-byte words.
func words(data []byte, n int) ([]byte, bool) {
	offset, ok := size(data, uint64(n)*32)
	if !ok {
		return nil, false
	}
	length, ok := size(data, offset)
	if !ok {
		return nil, false
	}
	rest := data[offset+32:]
	if length > uint64(len(rest))/32 {
		return nil, false
	}
	return rest[:length*32], true
}

// size reads a word that is no more than the data is long.
func size(data []byte, at uint64) (uint64, bool) {
	if at > uint64(len(data)) || uint64(len(data))-at < 32 {
		return 0, false
	}
	word := new(uint256.Int).SetBytes(data[at : at+32])
	return word.Uint64(), word.IsUint64() && word.Uint64() <= uint64(len(data))
}

// parties fills in who sent and received; false if a topic is no address.
func parties(transfer *Transfer, from, to common.Hash) bool {
	const gap = common.HashLength - common.AddressLength
	var zero [gap]byte
	transfer.From, transfer.To = common.BytesToAddress(from[gap:]), common.BytesToAddress(to[gap:])
	return bytes.Equal(from[:gap], zero[:]) && bytes.Equal(to[:gap], zero[:])
}
