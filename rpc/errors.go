package rpc

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
)

// Error codes of JSON-RPC 2.0 and of the execution-apis specification. An error
// without a code of its own is sent as codeServer.
const (
	codeReverted       = 3
	codeTxSyncTimeout  = 4 // EIP-7966
	codeServer         = -32000
	codeNotFound       = -32001
	codeTimeout        = -32002
	codeTooLarge       = -32003
	codeLimit          = -32005 // EIP-1474: limit exceeded
	codeVM             = -32015
	codeInvalidRequest = -32600
	codeInvalidParams  = -32602
	codeInternal       = -32603
	codeParse          = -32700

	// Why eth_simulateV1 cannot make a call a transaction, or a block of the calls.
	codeNonceTooLow       = -38010
	codeNonceTooHigh      = -38011
	codeBaseFeeTooLow     = -38012
	codeIntrinsicGas      = -38013
	codeInsufficientFunds = -38014
	codeBlockGas          = -38015
	codeBlockNumber       = -38020
	codeBlockTime         = -38021
	codeSenderNoEOA       = -38024
	codeInitCodeSize      = -38025
	codeClientLimit       = -38026
)

// Errors that clients know by their text, which is therefore geth's.
var (
	errHeaderNotFound    = errors.New("header not found")
	errHashNotFound      = errors.New("header for hash not found")
	errNotCanonical      = errors.New("hash is not currently canonical")
	errNoBlockGiven      = errors.New("invalid arguments; neither block nor hash specified")
	errNoPendingBlock    = errors.New("pending block is not available")
	errNoPendingReceipts = errors.New("pending receipts is not available")
	errFilterNotFound    = errors.New("filter not found")
	errStopping          = errors.New("node is stopping")
)

// errNoReceipts is about a block that was never executed.
var errNoReceipts = errors.New("receipts of this block are not available")

// codedError is an error with a JSON-RPC code and, where there is some, data.
type codedError struct {
	Code    int
	Message string
	Data    any
}

func (e *codedError) Error() string { return e.Message }

// ErrorCode is what go-ethereum's server asks for.
func (e *codedError) ErrorCode() int { return e.Code }

// ErrorData is what go-ethereum's server asks for; nil is left out of the answer.
func (e *codedError) ErrorData() any { return e.Data }

func invalidParams(format string, args ...any) error {
	return &codedError{Code: codeInvalidParams, Message: fmt.Sprintf(format, args...)}
}

// errSupplied is why a message was not executed at all.
func errSupplied(err error, gas uint64) error {
	return fmt.Errorf("err: %w (supplied gas %d)", err, gas)
}

// limitError is for what a limit does not allow.
func limitError(format string, args ...any) error {
	return &codedError{Code: codeLimit, Message: fmt.Sprintf(format, args...)}
}

// seeFlag tells the reader of an error which flag moves the limit.
func seeFlag(flag string) string { return " (see --" + flag + ")" }

// flagSeen is the flag at the end of such an error.
func flagSeen(message []byte) string {
	_, flag, _ := bytes.Cut(message, []byte(" (see --"))
	return string(bytes.TrimSuffix(flag, []byte{')'}))
}

// revertError explains a reverted call: the reason where the revert data is a
// Solidity Error(string) or Panic(uint256), and the data for the client to decode.
func revertError(data []byte) *codedError {
	message := vm.ErrExecutionReverted.Error()
	if reason, err := abi.UnpackRevert(data); err == nil {
		message += ": " + reason
	}
	return &codedError{Code: codeReverted, Message: message, Data: hexutil.Encode(data)}
}
