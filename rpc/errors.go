package rpc

import (
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
	codeServer         = -32000
	codeTimeout        = -32002
	codeTooLarge       = -32003
	codeInvalidRequest = -32600
	codeInvalidParams  = -32602
	codeParse          = -32700
	codeClientLimit    = -38026
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

// seeFlag tells the reader of an error which flag moves the limit.
func seeFlag(flag string) string { return " (see --" + flag + ")" }

// revertError explains a reverted call: the reason where the revert data is a
// Solidity Error(string) or Panic(uint256), and the data for the client to decode.
func revertError(data []byte) error {
	message := vm.ErrExecutionReverted.Error()
	if reason, err := abi.UnpackRevert(data); err == nil {
		message += ": " + reason
	}
	return &codedError{Code: codeReverted, Message: message, Data: hexutil.Encode(data)}
}
