package rpc

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/fjl/jsonw"
)

// txResult is a transaction as the JSON-RPC shows it.
type txResult struct {
	tx   *types.Transaction
	from common.Address

	// Where it was mined; header is nil for a pending one.
	header    *types.Header
	blockHash common.Hash
	index     uint64
}

func (b *backend) minedTx(tx *types.Transaction, blockHash common.Hash, header *types.Header, index uint64) *txResult {
	return &txResult{tx: tx, from: b.sender(tx), header: header, blockHash: blockHash, index: index}
}

func (b *backend) pendingTx(tx *types.Transaction) *txResult {
	return &txResult{tx: tx, from: b.sender(tx)}
}

// MarshalJSON writes the transaction.
func (r *txResult) MarshalJSON() ([]byte, error) {
	if r == nil {
		return null, nil
	}
	return render(txSize+2*len(r.tx.Data()), r.write)
}

func (r *txResult) write(w *jsonw.Buffer) { w.Object(func() { r.writeMembers(w) }) }

func (r *txResult) writeMembers(w *jsonw.Buffer) {
	tx := r.tx
	if r.header != nil {
		w.Key("blockHash")
		writeHash(w, r.blockHash)
		w.Key("blockNumber")
		writeBig(w, r.header.Number)
		w.Key("blockTimestamp")
		w.HexUint64(r.header.Time)
		w.Key("transactionIndex")
		w.HexUint64(r.index)
	} else {
		for _, key := range []string{"blockHash", "blockNumber", "blockTimestamp", "transactionIndex"} {
			w.Key(key)
			w.Null()
		}
	}
	w.Key("hash")
	writeHash(w, tx.Hash())
	w.Key("from")
	writeAddress(w, r.from)
	w.Key("to")
	writeAddressOrNull(w, tx.To())
	w.Key("type")
	w.HexUint64(uint64(tx.Type()))
	w.Key("nonce")
	w.HexUint64(tx.Nonce())
	w.Key("value")
	writeBig(w, tx.Value())
	w.Key("input")
	w.HexBytes(tx.Data())
	w.Key("gas")
	w.HexUint64(tx.Gas())
	w.Key("gasPrice")
	writeBig(w, r.gasPrice())
	v, rr, s := tx.RawSignatureValues()
	w.Key("v")
	writeBig(w, v)
	w.Key("r")
	writeBig(w, rr)
	w.Key("s")
	writeBig(w, s)

	if tx.Type() == types.LegacyTxType {
		// A signature from before EIP-155 names no chain.
		if id := tx.ChainId(); id.Sign() != 0 {
			w.Key("chainId")
			writeBig(w, id)
		}
		return
	}
	w.Key("chainId")
	writeBig(w, tx.ChainId())
	w.Key("yParity")
	w.HexUint64(uint64(v.Sign()))
	w.Key("accessList")
	writeAccessList(w, tx.AccessList())
	if tx.Type() == types.AccessListTxType {
		return
	}
	w.Key("maxFeePerGas")
	writeBig(w, tx.GasFeeCap())
	w.Key("maxPriorityFeePerGas")
	writeBig(w, tx.GasTipCap())

	switch tx.Type() {
	case types.BlobTxType: // in foreign chains only
		w.Key("maxFeePerBlobGas")
		writeBig(w, tx.BlobGasFeeCap())
		w.Key("blobVersionedHashes")
		w.Array(func() {
			for _, hash := range tx.BlobHashes() {
				writeHash(w, hash)
			}
		})
	case types.SetCodeTxType:
		w.Key("authorizationList")
		w.Array(func() {
			for _, auth := range tx.SetCodeAuthorizations() {
				writeAuthorization(w, &auth)
			}
		})
	}
}

// gasPrice is what the sender pays per gas: settled by the block's base fee if the
// transaction is mined, the most it may be until then.
func (r *txResult) gasPrice() *big.Int {
	if r.header == nil {
		return r.tx.GasPrice()
	}
	return effectiveGasPrice(r.tx, r.header.BaseFee)
}

// effectiveGasPrice is EIP-1559's, for a block with this base fee.
func effectiveGasPrice(tx *types.Transaction, baseFee *big.Int) *big.Int {
	if baseFee == nil || tx.Type() < types.DynamicFeeTxType {
		return tx.GasPrice()
	}
	price := tx.GasTipCap()
	price.Add(price, baseFee)
	if tx.GasFeeCapIntCmp(price) < 0 {
		return tx.GasFeeCap()
	}
	return price
}

func writeAccessList(w *jsonw.Buffer, list types.AccessList) {
	w.Array(func() {
		for _, tuple := range list {
			w.Object(func() {
				w.Key("address")
				writeAddress(w, tuple.Address)
				w.Key("storageKeys")
				w.Array(func() {
					for _, key := range tuple.StorageKeys {
						writeHash(w, key)
					}
				})
			})
		}
	})
}

func writeAuthorization(w *jsonw.Buffer, auth *types.SetCodeAuthorization) {
	w.Object(func() {
		w.Key("chainId")
		writeBig(w, auth.ChainID.ToBig())
		w.Key("address")
		writeAddress(w, auth.Address)
		w.Key("nonce")
		w.HexUint64(auth.Nonce)
		w.Key("yParity")
		w.HexUint64(uint64(auth.V))
		w.Key("r")
		writeBig(w, auth.R.ToBig())
		w.Key("s")
		writeBig(w, auth.S.ToBig())
	})
}
