package rpc

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/fjl/jsonw"
)

// receiptResult is a receipt as the JSON-RPC shows it.
type receiptResult struct {
	receipt *types.Receipt
	tx      *types.Transaction
	from    common.Address
	price   *big.Int // effective gas price
}

// receipt shows a receipt of a block with this base fee. The price is computed
// here, since receipts of blocks that were just built or executed lack it.
func (b *backend) receipt(receipt *types.Receipt, tx *types.Transaction, baseFee *big.Int) *receiptResult {
	return &receiptResult{receipt: receipt, tx: tx, from: b.sender(tx), price: effectiveGasPrice(tx, baseFee)}
}

// MarshalJSON writes the receipt.
func (r *receiptResult) MarshalJSON() ([]byte, error) {
	if r == nil {
		return null, nil
	}
	return render(receiptSize+len(r.receipt.Logs)*logSize, r.write)
}

// receiptsResult is all receipts of a block.
type receiptsResult []*receiptResult

// MarshalJSON writes the receipts.
func (r receiptsResult) MarshalJSON() ([]byte, error) {
	if r == nil {
		return null, nil
	}
	return render(len(r)*(receiptSize+logSize), func(w *jsonw.Buffer) {
		w.Array(func() {
			for _, receipt := range r {
				receipt.write(w)
			}
		})
	})
}

func (r *receiptResult) write(w *jsonw.Buffer) {
	receipt, tx := r.receipt, r.tx
	w.Object(func() {
		w.Key("blockHash")
		writeHash(w, receipt.BlockHash)
		w.Key("blockNumber")
		writeBig(w, receipt.BlockNumber)
		w.Key("transactionHash")
		writeHash(w, tx.Hash())
		w.Key("transactionIndex")
		w.HexUint64(uint64(receipt.TransactionIndex))
		w.Key("from")
		writeAddress(w, r.from)
		w.Key("to")
		writeAddressOrNull(w, tx.To())
		w.Key("type")
		w.HexUint64(uint64(tx.Type()))
		w.Key("gasUsed")
		w.HexUint64(receipt.GasUsed)
		w.Key("cumulativeGasUsed")
		w.HexUint64(receipt.CumulativeGasUsed)
		w.Key("effectiveGasPrice")
		writeBig(w, r.price)
		w.Key("contractAddress")
		if receipt.ContractAddress == (common.Address{}) {
			w.Null()
		} else {
			writeAddress(w, receipt.ContractAddress)
		}
		w.Key("logs")
		w.Array(func() {
			for _, log := range receipt.Logs {
				writeLog(w, log)
			}
		})
		w.Key("logsBloom")
		w.HexBytes(receipt.Bloom[:])
		if len(receipt.PostState) > 0 { // before Byzantium, in foreign chains only
			w.Key("root")
			w.HexBytes(receipt.PostState)
		} else {
			w.Key("status")
			w.HexUint64(receipt.Status)
		}
		if tx.Type() == types.BlobTxType {
			w.Key("blobGasUsed")
			w.HexUint64(receipt.BlobGasUsed)
			w.Key("blobGasPrice")
			writeBig(w, receipt.BlobGasPrice)
		}
	})
}

// logsResult is the answer to a log query.
type logsResult []*types.Log

// MarshalJSON writes the logs.
func (r logsResult) MarshalJSON() ([]byte, error) {
	return render(len(r)*logSize, func(w *jsonw.Buffer) {
		w.Array(func() {
			for _, log := range r {
				writeLog(w, log)
			}
		})
	})
}

// logResult is one log.
type logResult struct{ log *types.Log }

// MarshalJSON writes the log.
func (r logResult) MarshalJSON() ([]byte, error) {
	return render(logSize, func(w *jsonw.Buffer) { writeLog(w, r.log) })
}

func writeLog(w *jsonw.Buffer, log *types.Log) {
	w.Object(func() {
		w.Key("address")
		writeAddress(w, log.Address)
		w.Key("topics")
		w.Array(func() {
			for _, topic := range log.Topics {
				writeHash(w, topic)
			}
		})
		w.Key("data")
		w.HexBytes(log.Data)
		w.Key("blockNumber")
		w.HexUint64(log.BlockNumber)
		w.Key("transactionHash")
		writeHash(w, log.TxHash)
		w.Key("transactionIndex")
		w.HexUint64(uint64(log.TxIndex))
		w.Key("blockHash")
		writeHash(w, log.BlockHash)
		w.Key("blockTimestamp")
		w.HexUint64(log.BlockTimestamp)
		w.Key("logIndex")
		w.HexUint64(uint64(log.Index))
		w.Key("removed")
		w.Bool(log.Removed)
	})
}
