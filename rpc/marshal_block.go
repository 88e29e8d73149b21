package rpc

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/fjl/jsonw"
)

// headerResult is a block header as the JSON-RPC shows it.
type headerResult struct{ header *types.Header }

// MarshalJSON writes the header.
func (r headerResult) MarshalJSON() ([]byte, error) {
	return render(headerSize, func(w *jsonw.Buffer) {
		w.Object(func() { writeHeader(w, r.header, false) })
	})
}

// blockResult is a block as the JSON-RPC shows it.
type blockResult struct {
	*backend
	block   *types.Block
	full    bool // transactions in full, not as hashes
	pending bool // not mined yet: hash, nonce and miner are null
	uncle   bool // a header only

	// senders of the transactions, where no signature tells them: of simulated ones
	senders []common.Address
}

// MarshalJSON writes the block.
func (r *blockResult) MarshalJSON() ([]byte, error) {
	if r == nil {
		return null, nil
	}
	txs, each := len(r.block.Transactions()), hashSize
	if r.full {
		each = txSize
	}
	return render(headerSize+txs*each, r.write)
}

func (r *blockResult) write(w *jsonw.Buffer) { w.Object(func() { r.writeMembers(w) }) }

func (r *blockResult) writeMembers(w *jsonw.Buffer) {
	header := r.block.Header()
	writeHeader(w, header, r.pending)
	w.Key("size")
	w.HexUint64(r.block.Size())
	if !r.uncle {
		w.Key("transactions")
		w.Array(func() {
			for i, tx := range r.block.Transactions() {
				r.writeTx(w, header, i, tx)
			}
		})
	}
	w.Key("uncles")
	w.Array(func() {
		for _, uncle := range r.block.Uncles() {
			writeHash(w, uncle.Hash())
		}
	})
	if withdrawals := r.block.Withdrawals(); withdrawals != nil {
		w.Key("withdrawals")
		w.Array(func() {
			for _, withdrawal := range withdrawals {
				writeWithdrawal(w, withdrawal)
			}
		})
	}
}

func (r *blockResult) writeTx(w *jsonw.Buffer, header *types.Header, index int, tx *types.Transaction) {
	if !r.full {
		writeHash(w, tx.Hash())
		return
	}
	result := &txResult{tx: tx, header: header, blockHash: r.block.Hash(), index: uint64(index)}
	if r.senders != nil {
		result.from = r.senders[index]
	} else {
		result.from = r.sender(tx)
	}
	result.write(w)
}

// writeHeader writes the members of a header. A pending block has no hash yet; its
// nonce and miner are null beside it, as in geth.
func writeHeader(w *jsonw.Buffer, h *types.Header, pending bool) {
	w.Key("number")
	writeBig(w, h.Number)
	if pending {
		for _, key := range []string{"hash", "nonce", "miner"} {
			w.Key(key)
			w.Null()
		}
	} else {
		w.Key("hash")
		writeHash(w, h.Hash())
		w.Key("nonce")
		w.HexBytes(h.Nonce[:])
		w.Key("miner")
		writeAddress(w, h.Coinbase)
	}
	w.Key("parentHash")
	writeHash(w, h.ParentHash)
	w.Key("mixHash")
	writeHash(w, h.MixDigest)
	w.Key("sha3Uncles")
	writeHash(w, h.UncleHash)
	w.Key("logsBloom")
	w.HexBytes(h.Bloom[:])
	w.Key("stateRoot")
	writeHash(w, h.Root)
	w.Key("difficulty")
	writeBig(w, h.Difficulty)
	w.Key("extraData")
	w.HexBytes(h.Extra)
	w.Key("gasLimit")
	w.HexUint64(h.GasLimit)
	w.Key("gasUsed")
	w.HexUint64(h.GasUsed)
	w.Key("timestamp")
	w.HexUint64(h.Time)
	w.Key("transactionsRoot")
	writeHash(w, h.TxHash)
	w.Key("receiptsRoot")
	writeHash(w, h.ReceiptHash)

	// What later forks added is left out of blocks before them.
	if h.BaseFee != nil {
		w.Key("baseFeePerGas")
		writeBig(w, h.BaseFee)
	}
	writeOptionalHash(w, "withdrawalsRoot", h.WithdrawalsHash)
	writeOptionalUint(w, "blobGasUsed", h.BlobGasUsed)
	writeOptionalUint(w, "excessBlobGas", h.ExcessBlobGas)
	writeOptionalHash(w, "parentBeaconBlockRoot", h.ParentBeaconRoot)
	writeOptionalHash(w, "requestsHash", h.RequestsHash)
	writeOptionalHash(w, "blockAccessListHash", h.BlockAccessListHash)
	writeOptionalUint(w, "slotNumber", h.SlotNumber)
}

func writeWithdrawal(w *jsonw.Buffer, withdrawal *types.Withdrawal) {
	w.Object(func() {
		w.Key("index")
		w.HexUint64(withdrawal.Index)
		w.Key("validatorIndex")
		w.HexUint64(withdrawal.Validator)
		w.Key("address")
		writeAddress(w, withdrawal.Address)
		w.Key("amount")
		w.HexUint64(withdrawal.Amount)
	})
}
