package rpc

import (
	"encoding/json"
	"math/big"
	"reflect"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"
)

// knownTypes are the types that write or read their JSON themselves.
func knownTypes() map[reflect.Type]any {
	tag := schema{"type": "string", "enum": []string{"earliest", "finalized", "safe", "latest", "pending"}}
	number := schema{"title": "Block number or tag", "anyOf": []any{uintSchema, tag}}
	anyNumber := schema{"title": "number", "anyOf": []any{text("hex", "^0x[0-9a-fA-F]+$"), text("decimal", "^[0-9]+$"), schema{"type": "number", "minimum": 0}}}
	reorgPair := schema{"type": "array", "title": "transaction, signed or not, and number of its block", "minItems": 2, "maxItems": 2}
	return map[reflect.Type]any{
		reflect.TypeFor[common.Address]():   addressSchema,
		reflect.TypeFor[common.Hash]():      hashSchema,
		reflect.TypeFor[types.BlockNonce](): text("8 hex encoded bytes", "^0x[0-9a-f]{16}$"),
		reflect.TypeFor[hexutil.Bytes]():    bytesSchema,
		reflect.TypeFor[hexutil.Big]():      uintSchema,
		reflect.TypeFor[hexutil.U256]():     uintSchema,
		reflect.TypeFor[hexutil.Uint]():     uintSchema,
		reflect.TypeFor[hexutil.Uint64]():   uintSchema,
		reflect.TypeFor[big.Int]():          schema{"type": "integer"},
		reflect.TypeFor[uint256.Int]():      uintSchema,
		reflect.TypeFor[time.Time]():        schema{"type": "string", "format": "date-time"},
		reflect.TypeFor[time.Duration]():    schema{"type": "integer", "title": "nanoseconds"},
		reflect.TypeFor[json.RawMessage]():  anything,

		reflect.TypeFor[gethmath.HexOrDecimal64]():  schema{"title": "number", "anyOf": []any{uintSchema, schema{"type": "integer"}, text("decimal", "^[0-9]+$")}},
		reflect.TypeFor[gethmath.HexOrDecimal256](): schema{"title": "number", "anyOf": []any{uintSchema, schema{"type": "integer"}, text("decimal", "^[0-9]+$")}},

		reflect.TypeFor[rpc.ID]():                 uintSchema,
		reflect.TypeFor[rpc.BlockNumber]():        number,
		reflect.TypeFor[rpc.BlockNumberOrHash]():  schema{"title": "Block number, tag or hash, or EIP-1898 object", "anyOf": []any{uintSchema, tag, hashSchema, schema{"type": "object", "properties": schema{"blockNumber": number, "blockHash": hashSchema, "requireCanonical": schema{"type": "boolean"}}}}},
		reflect.TypeFor[filters.FilterCriteria](): reference("Filter"),
		reflect.TypeFor[types.SetCodeAuthorization](): schema{"type": "object", "required": []string{"chainId", "address", "nonce", "yParity", "r", "s"}, "properties": schema{
			"chainId": uintSchema, "address": addressSchema, "nonce": uintSchema, "yParity": uintSchema, "r": uintSchema, "s": uintSchema,
		}},

		reflect.TypeFor[otsNumber]():      schema{"title": "Block number, also as a number, or tag", "anyOf": []any{uintSchema, tag, schema{"type": "integer", "minimum": 0}}},
		reflect.TypeFor[quantity]():       anyNumber,
		reflect.TypeFor[mineOptions]():    schema{"title": "timestamp or options", "anyOf": []any{anyNumber, schema{"type": "object", "properties": schema{"timestamp": anyNumber, "blocks": anyNumber}}}},
		reflect.TypeFor[intervalOption](): schema{"title": "time, or the least and the most", "anyOf": []any{anyNumber, schema{"type": "array", "items": anyNumber, "minItems": 2, "maxItems": 2}}},
		reflect.TypeFor[addressList]():    schema{"title": "address or addresses", "anyOf": []any{addressSchema, arrayOf(addressSchema)}},
		reflect.TypeFor[reorgTx]():        reorgPair,
		reflect.TypeFor[reorgOptions]():   schema{"title": "depth, or all options", "anyOf": []any{anyNumber, schema{"type": "object", "properties": schema{"depth": anyNumber, "tx_block_pairs": arrayOf(reorgPair)}}}},
		reflect.TypeFor[typedData](): schema{"title": "EIP-712 typed data, or a string with its JSON", "anyOf": []any{schema{"type": "string"}, schema{
			"type": "object", "required": []string{"types", "primaryType", "domain", "message"},
		}}},

		reflect.TypeFor[blockResult]():   reference("BlockObject"),
		reflect.TypeFor[txResult]():      reference("TransactionInformation"),
		reflect.TypeFor[receiptResult](): reference("ReceiptInformation"),
		reflect.TypeFor[pooledTx](): schema{"title": "Transaction of the pool", "allOf": []any{reference("PendingTransactionInformation"), schema{
			"type": "object", "required": []string{"queued", "since"}, "properties": schema{"queued": schema{"type": "boolean"}, "since": orNull(uintSchema)},
		}}},
		reflect.TypeFor[receiptsResult](): arrayOf(reference("ReceiptInformation")),
		reflect.TypeFor[logResult]():      reference("Log"),
		reflect.TypeFor[logsResult]():     arrayOf(reference("Log")),
	}
}

// wider are the types of parameters that take more than the specification says: EIP-1898
// objects for blocks, data as another name of input, numbers that are not hex.
func wider() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[rpc.BlockNumberOrHash](), reflect.TypeFor[callArgs](), reflect.TypeFor[simulateOptions](), reflect.TypeFor[gethmath.HexOrDecimal64]()}
}

// resultSchemas are those of results of which types cannot say enough, and of those of
// which the specification does not say all.
func resultSchemas() map[string]any {
	return map[string]any{
		"eth_getHeaderByHash":   orNull(reference("Header")),
		"eth_getHeaderByNumber": orNull(reference("Header")),

		// Nothing is known of where a pending transaction, and of what a pending block
		// will be.
		"eth_getTransactionByHash":           anyOf(schema{"type": "null"}, reference("TransactionInformation"), reference("PendingTransactionInformation")),
		"eth_getTransactionBySenderAndNonce": anyOf(schema{"type": "null"}, reference("TransactionInformation"), reference("PendingTransactionInformation")),
		"eth_getBlockByNumber":               anyOf(schema{"type": "null"}, reference("BlockObject"), reference("PendingBlock")),

		// Null for an unknown block, as in geth.
		"debug_getRawReceipts": orNull(arrayOf(bytesSchema)),

		"eth_pendingTransactions": arrayOf(reference("PendingTransactionInformation")),

		"eth_fillTransaction": wholeSchema(),
		"eth_signTransaction": wholeSchema(),

		"eth_getUncleByBlockHashAndIndex":   orNull(reference("Header")),
		"eth_getUncleByBlockNumberAndIndex": orNull(reference("Header")),

		// The words differ: hash, bytes, hash, and two numbers.
		"eth_getWork": schema{"type": "array", "title": "Mining job", "minItems": 5, "items": bytesSchema},

		// Go's, which change with its version.
		"debug_memStats": schema{"type": "object", "title": "runtime.MemStats"},
		"debug_gcStats":  schema{"type": "object", "title": "debug.GCStats"},

		discoverMethod: schema{"type": "object", "title": "OpenRPC document", "required": []string{"openrpc", "info", "methods"}},
	}
}

// wholeSchema is that of a transaction with its bytes. Prices that its kind does not have
// are null, as go-ethereum encodes them, which the specification does not allow for.
func wholeSchema() schema {
	tx := schema{
		"type": uintSchema, "chainId": uintSchema, "nonce": uintSchema, "gas": uintSchema, "value": uintSchema, "input": bytesSchema,
		"to": orNull(addressSchema), "gasPrice": orNull(uintSchema), "maxFeePerGas": orNull(uintSchema), "maxPriorityFeePerGas": orNull(uintSchema),
		"v": uintSchema, "r": uintSchema, "s": uintSchema, "yParity": uintSchema, "hash": hashSchema,
	}
	required := []string{"type", "nonce", "gas", "value", "input", "v", "r", "s", "hash"}
	return schema{"type": "object", "required": []string{"raw", "tx"}, "properties": schema{
		"raw": bytesSchema, "tx": schema{"type": "object", "required": required, "properties": tx},
	}}
}

// sameResult are methods that answer as another one does which the specification knows.
func sameResult() map[string]string {
	return map[string]string{
		"debug_traceCall":            "debug_traceTransaction",
		"debug_traceBlock":           "debug_traceBlockByNumber",
		"debug_traceBadBlock":        "debug_traceBlockByNumber",
		"eth_sendRawTransactionSync": "eth_getTransactionReceipt",
	}
}

// doneSchemas are the answers of methods that only do something: anvil's and Hardhat's.
func doneSchemas() map[string]any {
	return map[string]any{"anvil": schema{"type": "null"}, "evm": schema{"type": "null"}, "hardhat": schema{"type": "boolean"}}
}
