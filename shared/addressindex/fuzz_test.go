package addressindex

import (
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// FuzzParsePosition: a cursor is one that String writes, or it is refused.
func FuzzParsePosition(f *testing.F) {
	f.Add(Newest().String())
	f.Add(Position{1, 2, 3, 4}.String())
	f.Add("0x00")
	f.Add("000000000000000A000000000000000000000000")
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := ParsePosition(text); err == nil && at.String() != text {
			t.Errorf("%q is %q", text, at)
		}
	})
}

// FuzzEntries: what is stored is read as it was written, and nothing else is.
func FuzzEntries(f *testing.F) {
	at := Position{5, 6, 7, 8}
	f.Add(at.appendTx(nil))
	f.Add(at.appendTransfer(nil))
	f.Add(record(f, formatVersion, 7, common.Hash{1}))
	f.Add([]byte{0, 1})
	f.Fuzz(func(t *testing.T, enc []byte) {
		if at, ok := decodePosition(enc); ok {
			if tx, transfer := string(at.appendTx(nil)), string(at.appendTransfer(nil)); string(enc) != tx && string(enc) != transfer {
				t.Errorf("%x is %v", enc, at)
			}
		}
		if amount, ok := decodeAmount(enc); ok && string(amount.Bytes()) != string(enc) {
			t.Errorf("%x is %v", enc, amount)
		}
		if p, err := decodeProgress(enc); err == nil && string(record(t, p.Format, p.Number, p.Hash)) != string(enc) {
			t.Errorf("%x is %v", enc, p)
		}
	})
}

// FuzzTransfers: a log of whatever form says no more than it has data for.
func FuzzTransfers(f *testing.F) {
	address := common.Address{1}
	f.Add(byte(0), byte(3), wordsOf(address, address), wordsOf(1))
	f.Add(byte(0), byte(4), wordsOf(address, address, 7), []byte{})
	f.Add(byte(1), byte(4), wordsOf(address, address, address), wordsOf(1, 2))
	f.Add(byte(2), byte(4), wordsOf(address, address, address), wordsOf(64, 128, 1, 5, 1, 6))
	f.Add(byte(2), byte(4), wordsOf(address, address, address), wordsOf(64, 64, math.MaxInt, 5))
	f.Fuzz(func(t *testing.T, event, topics byte, rest, data []byte) {
		log := &types.Log{Topics: []common.Hash{[]common.Hash{transferTopic, singleTopic, batchTopic}[event%3]}, Data: data}
		for i := range int(topics % 5) {
			log.Topics = append(log.Topics, common.BytesToHash(rest[min(32*i, len(rest)):min(32*i+32, len(rest))]))
		}
		transfers := Transfers(log)
		if len(transfers) > max(1, len(data)/32) {
			t.Errorf("%d transfers in %d bytes", len(transfers), len(data))
		}
		for _, transfer := range transfers {
			if (transfer.ID == nil) != (transfer.Standard == ERC20) || (transfer.Value == nil) != (transfer.Standard == ERC721) || transfer.Standard.String() == "unknown" {
				t.Errorf("%+v", transfer)
			}
		}
	})
}

// The topics are the hashes of the events' signatures.
func TestTopics(t *testing.T) {
	for signature, topic := range map[string]common.Hash{
		"Transfer(address,address,uint256)":                          transferTopic,
		"TransferSingle(address,address,address,uint256,uint256)":    singleTopic,
		"TransferBatch(address,address,address,uint256[],uint256[])": batchTopic,
	} {
		if crypto.Keccak256Hash([]byte(signature)) != topic {
			t.Errorf("topic of %s", signature)
		}
	}
}
