package rpc

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/fjl/jsonw"
)

// Room for the JSON of things, so that most answers are written without growing
// the buffer.
const (
	headerSize  = 2048
	hashSize    = 70
	txSize      = 1024
	receiptSize = 1536 // without logs
	logSize     = 1024
)

// null is the answer about what does not exist. go-ethereum's server calls
// MarshalJSON of a nil pointer too.
var null = []byte("null")

// render calls write with an empty buffer and returns what it wrote. Answers are
// encoded after the handler has returned, outside of the server's recover: so a
// panic is made an error of the request here.
func render(size int, write func(w *jsonw.Buffer)) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("answer cannot be encoded: %v", p)
		}
	}()
	w := jsonw.NewBuffer(size)
	write(w)
	return w.Output(), nil
}

// writeBig writes a quantity. Most are a word, and the rest signatures, for which
// math/big takes several times as long.
func writeBig(w *jsonw.Buffer, n *big.Int) {
	switch {
	case n.IsUint64():
		w.HexUint64(n.Uint64())
	case n.Sign() > 0 && n.BitLen() <= 256:
		var word [32]byte
		var digits [64]byte
		hex.Encode(digits[:], n.FillBytes(word[:]))
		var quoted [70]byte
		out := append(append(quoted[:0], `"0x`...), digits[len(digits)-(n.BitLen()+3)/4:]...)
		w.RawValue(append(out, '"'))
	default:
		w.HexBigInt(n)
	}
}

func writeHash(w *jsonw.Buffer, hash common.Hash) { w.HexBytes(hash[:]) }

func writeAddress(w *jsonw.Buffer, address common.Address) { w.HexBytes(address[:]) }

// writeAddressOrNull is for the recipient of a contract creation.
func writeAddressOrNull(w *jsonw.Buffer, address *common.Address) {
	if address == nil {
		w.Null()
		return
	}
	writeAddress(w, *address)
}

func writeOptionalHash(w *jsonw.Buffer, key string, hash *common.Hash) {
	if hash != nil {
		w.Key(key)
		writeHash(w, *hash)
	}
}

func writeOptionalUint(w *jsonw.Buffer, key string, n *uint64) {
	if n != nil {
		w.Key(key)
		w.HexUint64(*n)
	}
}
