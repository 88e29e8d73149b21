package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// Wallet signs for the accounts whose keys the node holds.
type Wallet interface {
	Accounts() []common.Address
	// SignHash signs 32 bytes; the last byte of the signature is 0 or 1.
	SignHash(account common.Address, hash []byte) ([]byte, error)
}

// accountAPI signs, and sends, for the accounts of the wallet.
type accountAPI struct {
	send   *sendAPI
	wallet Wallet // nil = none

	// sending has a place for one call per account, so that no two that come at
	// once are given the same nonce. The map is read-only.
	sending map[common.Address]chan struct{}
}

func newAccountAPI(send *sendAPI, wallet Wallet) *accountAPI {
	api := &accountAPI{send: send, wallet: wallet, sending: make(map[common.Address]chan struct{})}
	for _, account := range api.Accounts() {
		api.sending[account] = make(chan struct{}, 1)
	}
	return api
}

// Accounts is eth_accounts: those that the node signs for. Unlike geth's, it leaves
// out key files that are not unlocked, since a client takes what is listed for
// accounts that it can use.
func (api *accountAPI) Accounts() []common.Address {
	if api.wallet == nil {
		return []common.Address{}
	}
	return append([]common.Address{}, api.wallet.Accounts()...)
}

// known refuses accounts without a key. It comes before all work that is done for one.
func (api *accountAPI) known(account common.Address) error {
	if api.sending[account] == nil {
		return fmt.Errorf("unknown account: the node has no key for %s, unlock it%s or sign elsewhere and use eth_sendRawTransaction", account, seeFlag(FlagUnlock))
	}
	return nil
}

// PendingTransactions is eth_pendingTransactions: those of the node's accounts that are
// in the pool and can be mined.
func (api *accountAPI) PendingTransactions() []*txResult {
	result := []*txResult{}
	for _, account := range api.Accounts() {
		pending, _ := api.send.pool.ContentFrom(account)
		for _, tx := range pending {
			result = append(result, api.send.pendingTx(tx))
		}
	}
	return result
}

// SendTransaction is eth_sendTransaction: it completes a transaction as
// eth_fillTransaction does, signs it and puts it into the pool.
func (api *accountAPI) SendTransaction(ctx context.Context, transaction callArgs) (common.Hash, error) {
	from := transaction.sender()
	if err := api.known(from); err != nil {
		return common.Hash{}, err
	}
	select {
	case api.sending[from] <- struct{}{}:
		defer func() { <-api.sending[from] }()
	case <-ctx.Done():
		return common.Hash{}, ctx.Err()
	}
	tx, err := api.send.complete(ctx, transaction)
	if err != nil {
		return common.Hash{}, err
	}
	if tx, err = api.sign(from, tx); err != nil {
		return common.Hash{}, err
	}
	return api.send.submit(ctx, tx)
}

// SignTransaction is eth_signTransaction: it signs a transaction that has nonce, gas
// and fees, and does not send it.
func (api *accountAPI) SignTransaction(ctx context.Context, transaction callArgs) (*wholeTx, error) {
	switch {
	case transaction.Gas == nil:
		return nil, errors.New("gas not specified")
	case transaction.GasPrice == nil && (transaction.MaxPriorityFeePerGas == nil || transaction.MaxFeePerGas == nil):
		return nil, errors.New("missing gasPrice or maxFeePerGas/maxPriorityFeePerGas")
	case transaction.Nonce == nil:
		return nil, errors.New("nonce not specified")
	}
	if err := api.known(transaction.sender()); err != nil {
		return nil, err
	}
	tx, err := api.send.complete(ctx, transaction)
	if err != nil {
		return nil, err
	}
	if err := api.send.checkFee(tx.GasPrice(), tx.Gas()); err != nil {
		return nil, err
	}
	if tx, err = api.sign(transaction.sender(), tx); err != nil {
		return nil, err
	}
	return newWholeTx(tx)
}

func (api *accountAPI) sign(account common.Address, tx *types.Transaction) (*types.Transaction, error) {
	signer := api.send.signer
	signature, err := api.wallet.SignHash(account, signer.Hash(tx).Bytes())
	if err != nil {
		return nil, err
	}
	return tx.WithSignature(signer, signature)
}

// Sign is eth_sign: it signs a message, prefixed so that it cannot be a transaction
// (EIP-191, version 0x45).
func (api *accountAPI) Sign(address common.Address, message hexutil.Bytes) (hexutil.Bytes, error) {
	if err := api.known(address); err != nil {
		return nil, err
	}
	return api.signMessage(address, accounts.TextHash(message))
}

// SignTypedData is eth_signTypedData, an older name of eth_signTypedData_v4.
func (api *accountAPI) SignTypedData(address common.Address, typedData typedData) (hexutil.Bytes, error) {
	return api.SignTypedData_v4(address, typedData)
}

// SignTypedData_v4 is eth_signTypedData_v4: it signs structured data (EIP-712).
//
//nolint:revive // the name is the method's
func (api *accountAPI) SignTypedData_v4(address common.Address, typedData typedData) (hexutil.Bytes, error) {
	if err := api.known(address); err != nil {
		return nil, err
	}
	hash, err := typedData.hash()
	if err != nil {
		return nil, err
	}
	return api.signMessage(address, hash)
}

// signMessage signs with 27 or 28 at the end, as contracts expect it.
func (api *accountAPI) signMessage(account common.Address, hash []byte) (hexutil.Bytes, error) {
	signature, err := api.wallet.SignHash(account, hash)
	if err != nil {
		return nil, err
	}
	signature[crypto.RecoveryIDOffset] += 27
	return signature, nil
}

// personalAPI is what is left of geth's namespace personal: wallets and libraries sign
// messages by its name. It is served wherever eth is.
type personalAPI struct{ accounts *accountAPI }

// Sign is personal_sign: eth_sign with its parameters the other way round.
func (api *personalAPI) Sign(message hexutil.Bytes, address common.Address) (hexutil.Bytes, error) {
	return api.accounts.Sign(address, message)
}

// maxTypedData bounds typed data, in bytes. Each value costs a hash of the description
// of its type, so that the time grows with the square: this much takes a second at
// worst, and what people sign has a few thousand bytes.
const maxTypedData = 64 << 10

// typedData is EIP-712's object. Most libraries send it as text.
type typedData struct{ apitypes.TypedData }

// UnmarshalJSON takes an object, or a string with one.
func (d *typedData) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		data = []byte(text)
	}
	if len(data) > maxTypedData {
		return fmt.Errorf("typed data has %d bytes, the limit is %d", len(data), maxTypedData)
	}
	return json.Unmarshal(data, &d.TypedData)
}

// hash is what is signed.
func (d *typedData) hash() ([]byte, error) {
	hash, _, err := apitypes.TypedDataAndHash(d.TypedData)
	if err != nil {
		return nil, invalidParams("typed data: %v", err)
	}
	return hash, nil
}
