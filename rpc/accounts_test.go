package rpc

import (
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/wallet"
)

// withWallet gives the node the keys of funded accounts.
func withWallet(t testing.TB, accounts ...int) func(*Config) {
	t.Helper()
	var keys []*ecdsa.PrivateKey
	for _, i := range accounts {
		// A copy: the wallet overwrites its keys.
		keys = append(keys, crypto.ToECDSAUnsafe(crypto.FromECDSA(chaintest.Key(i))))
	}
	return withKeys(t, keys...)
}

func withKeys(t testing.TB, keys ...*ecdsa.PrivateKey) func(*Config) {
	t.Helper()
	w, err := wallet.New(t.Context(), wallet.Config{Open: keys, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Stop() })
	return func(cfg *Config) { cfg.Wallet = w }
}

func TestSendTransaction(t *testing.T) {
	n := newNode(t, withWallet(t, 1, 2))
	sender := chaintest.Address(1)
	if got := get[[]common.Address](n, "eth_accounts"); !slices.Equal(got, []common.Address{sender, chaintest.Address(2)}) {
		t.Errorf("accounts %v", got)
	}
	list := []object{{"address": stranger, "storageKeys": []common.Hash{{1}}}}
	authority := chaintest.Key(3)
	authorization, err := types.SignSetCode(authority, types.SetCodeAuthorization{
		ChainID: *uint256.MustFromBig(n.genesis.Config.ChainID), Address: stranger, Nonce: 0,
	})
	n.check(err)
	for i, test := range []struct {
		name   string
		args   object
		kind   byte
		status uint64
	}{
		{"least", object{"to": stranger}, types.DynamicFeeTxType, 1},
		{"legacy", object{"to": stranger, "value": "0x1", "gasPrice": hexutil.EncodeBig(dear)}, types.LegacyTxType, 1},
		{"access list, price", object{"to": stranger, "gasPrice": hexutil.EncodeBig(dear), "accessList": list}, types.AccessListTxType, 1},
		{"access list", object{"to": stranger, "accessList": list, "chainId": "0x1092"}, types.DynamicFeeTxType, 1},
		{"contract", object{"input": "0x" + strings.TrimSpace(strings.TrimPrefix(counterCode, "0x"))}, types.DynamicFeeTxType, 1},
		{"set code", object{"to": stranger, "authorizationList": []types.SetCodeAuthorization{authorization}}, types.SetCodeTxType, 1},
		{"all given", object{"to": stranger, "nonce": "0x6", "gas": "0x5208", "maxFeePerGas": hexutil.EncodeBig(dear), "maxPriorityFeePerGas": "0x1"}, types.DynamicFeeTxType, 1},
	} {
		test.args["from"] = sender
		hash := get[common.Hash](n, "eth_sendTransaction", test.args)
		tx := n.pool.Get(hash)
		if tx == nil {
			t.Fatalf("%s: not in the pool", test.name)
		}
		if from, err := types.Sender(n.builder.Signer(), tx); err != nil || from != sender || tx.Type() != test.kind || tx.Nonce() != uint64(i) || !tx.Protected() {
			t.Errorf("%s: type %d, nonce %d from %v: %v", test.name, tx.Type(), tx.Nonce(), from, err)
		}
		n.mine(tx)
		if r := get[object](n, "eth_getTransactionReceipt", hash); r["status"] != hexutil.EncodeUint64(test.status) {
			t.Errorf("%s: %v", test.name, r)
		}
	}
	code := get[hexutil.Bytes](n, "eth_getCode", crypto.PubkeyToAddress(authority.PublicKey), "latest")
	if to, ok := types.ParseDelegation(code); !ok || to != stranger {
		t.Errorf("code %v", code)
	}
}

// TestNonces: calls that come at once for one account get nonces without a gap.
func TestNonces(t *testing.T) {
	n := newNode(t, withWallet(t, 1, 2))
	const calls = 40
	clients := []string{"http://" + n.rpc.Addr().String(), "ws://" + n.rpc.Addr().String()}
	var sending sync.WaitGroup
	for i := range calls {
		client := n.dial(clients[i%len(clients)])
		sending.Go(func() {
			if _, err := ask(t, client, "eth_sendTransaction", object{"from": chaintest.Address(1 + i%4/2), "to": stranger}); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	for _, i := range []int{1, 2} {
		pending, queued := n.pool.ContentFrom(chaintest.Address(i))
		if len(pending) != calls/2 || len(queued) != 0 {
			t.Errorf("account %d: %d pending, %d queued", i, len(pending), len(queued))
		}
	}
}

func TestSendTransactionErrors(t *testing.T) {
	n := newNode(t, withWallet(t, 1))
	sender := chaintest.Address(1)
	for _, test := range []struct {
		method string
		args   object
		want   string
	}{
		{"eth_sendTransaction", object{"from": stranger, "to": stranger}, "unknown account: the node has no key for " + stranger.Hex() + ", unlock it (see --unlock)"},
		{"eth_sendTransaction", object{"to": stranger}, "unknown account"},
		{"eth_sendTransaction", object{"from": sender}, "contract creation without any data provided"},
		{"eth_sendTransaction", object{"from": sender, "to": stranger, "value": hexutil.EncodeBig(new(big.Int).Lsh(big.NewInt(1), 200))}, "insufficient funds"},
		{"eth_sendTransaction", object{"from": sender, "to": stranger, "maxFeePerBlobGas": "0x1", "blobVersionedHashes": []common.Hash{{1}}}, "blob transactions are not supported"},
		{"eth_sendTransaction", object{"from": sender, "to": stranger, "chainId": "0x1"}, "chainId does not match node's (have=1, want=4242)"},
		{"eth_sendTransaction", object{"from": sender, "to": stranger, "gas": "0x5208", "gasPrice": "0xffffffffffffff"}, "tx fee (1513.21 ether) exceeds the configured cap (1.00 ether) (see --rpc.txfeecap)"},
		{"eth_signTransaction", object{"from": sender, "to": stranger}, "gas not specified"},
		{"eth_signTransaction", object{"from": sender, "to": stranger, "gas": "0x5208"}, "missing gasPrice or maxFeePerGas/maxPriorityFeePerGas"},
		{"eth_signTransaction", object{"from": sender, "to": stranger, "gas": "0x5208", "gasPrice": "0x1"}, "nonce not specified"},
		{"eth_signTransaction", object{"from": stranger, "to": stranger, "gas": "0x5208", "gasPrice": "0x1", "nonce": "0x0"}, "unknown account"},
		{"eth_signTransaction", object{"from": sender, "to": stranger, "gas": "0x5208", "gasPrice": "0xffffffffffffff", "nonce": "0x0"}, "tx fee"},
	} {
		_, err := n.ask(test.method, test.args)
		wantError(t, err, codeServer, test.want)
	}
	// Nothing of that has used up a nonce, or holds the account.
	tx := n.pool.Get(get[common.Hash](n, "eth_sendTransaction", object{"from": sender, "to": stranger}))
	if tx == nil || tx.Nonce() != 0 {
		t.Errorf("sent %v", tx)
	}

	none := newNode(t)
	if got, err := none.ask("eth_accounts"); err != nil || string(got) != "[]" {
		t.Errorf("accounts %s, %v", got, err)
	}
	_, err := none.ask("eth_sign", sender, "0x")
	wantError(t, err, codeServer, "unknown account")
}

func TestSignTransaction(t *testing.T) {
	n := newNode(t, withWallet(t, 1))
	args := object{"from": chaintest.Address(1), "to": stranger, "nonce": "0x5", "gas": "0x5208", "maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x1"}
	signed := get[wholeTx](n, "eth_signTransaction", args)
	var tx types.Transaction
	n.check(tx.UnmarshalBinary(signed.Raw))
	from, err := types.Sender(n.builder.Signer(), &tx)
	if err != nil || from != chaintest.Address(1) || tx.Hash() != signed.Tx.Hash() || tx.Nonce() != 5 {
		t.Errorf("signed by %v: %v, %+v", from, err, signed)
	}
	if pending, queued := n.pool.Stats(); pending+queued > 0 {
		t.Error("it was sent, too")
	}
}

// accountExchanges are requests for the methods that sign. A key signs the same bytes
// always in the same way (RFC 6979).
func (s *scene) accountExchanges() []exchange {
	account, key := chaintest.Address(9), chaintest.Key(9)
	sign := func(hash []byte) string {
		signature, err := crypto.Sign(hash, key)
		s.check(err)
		signature[crypto.RecoveryIDOffset] += 27
		return fmt.Sprintf("%q", hexutil.Bytes(signature))
	}
	var data typedData
	s.check(json.Unmarshal([]byte(mail), &data))
	typed, err := data.hash()
	s.check(err)
	text := accounts.TextHash([]byte("hi"))
	tx := s.node.tx(9, types.DynamicFeeTx{To: &stranger, Value: common.Big1, Gas: params.TxGas})
	raw, err := tx.MarshalBinary()
	s.check(err)
	args := object{
		"from": account, "to": stranger, "value": "0x1", "nonce": "0x0", "gas": "0x5208",
		"maxFeePerGas": hexutil.EncodeBig(dear), "maxPriorityFeePerGas": hexutil.EncodeBig(gwei),
	}
	return []exchange{
		ok("eth_sign", sign(text), account, "0x6869"),
		bad(codeServer, "unknown account", "eth_sign", stranger, "0x6869"),
		bad(codeInvalidParams, "invalid argument 1", "eth_sign", account, "hi"),
		ok("personal_sign", sign(text), "0x6869", account),
		ok("eth_signTypedData_v4", sign(typed), account, mail),
		ok("eth_signTypedData", sign(typed), account, json.RawMessage(mail)),
		bad(codeInvalidParams, "typed data: ", "eth_signTypedData_v4", account, "{}"),
		ok("eth_signTransaction", fmt.Sprintf(`{"raw":"%v","tx":{"hash":"%v"}}`, hexutil.Bytes(raw), tx.Hash()), args),
		ok("eth_sendTransaction", fmt.Sprintf("%q", tx.Hash()), args),
		bad(codeServer, "already known", "eth_sendTransaction", args),
		ok("eth_pendingTransactions", fmt.Sprintf(`[{"hash":"%v","blockHash":null}]`, tx.Hash())),
	}
}

// mail is the example of EIP-712.
const mail = `{"types":{
	"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
	"Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
	"Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]},
	"primaryType":"Mail",
	"domain":{"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
	"message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},"to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}}`

func TestSign(t *testing.T) {
	cow := crypto.ToECDSAUnsafe(crypto.Keccak256([]byte("cow")))
	address := crypto.PubkeyToAddress(cow.PublicKey)
	n := newNode(t, withKeys(t, cow))
	// The signature that the EIP's own example gives for this key.
	const want = "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c"
	for _, data := range []any{json.RawMessage(mail), mail} {
		for _, method := range []string{"eth_signTypedData_v4", "eth_signTypedData"} {
			if got := get[string](n, method, address, data); got != want {
				t.Errorf("%s: %s", method, got)
			}
		}
	}
	message := hexutil.Bytes("hello")
	signature := get[hexutil.Bytes](n, "eth_sign", address, message)
	if other := get[hexutil.Bytes](n, "personal_sign", message, address); !slices.Equal(other, signature) {
		t.Errorf("personal_sign %v, eth_sign %v", other, signature)
	}
	signature[64] -= 27
	key, err := crypto.SigToPub(accounts.TextHash(message), signature)
	if err != nil || crypto.PubkeyToAddress(*key) != address {
		t.Errorf("recovered %v, %v", key, err)
	}
	for _, data := range []string{
		`{}`, `"{"`, `{"types":{"A":[{"name":"x","type":""}]},"primaryType":"A","domain":{},"message":{}}`,
		strings.Replace(mail, `"Bob"`, `7`, 1), strings.Replace(mail, `"primaryType":"Mail"`, `"primaryType":"Nail"`, 1),
	} {
		_, err := n.ask("eth_signTypedData_v4", address, json.RawMessage(data))
		wantError(t, err, codeInvalidParams, "")
	}
	// The worst that fits: many values of a type with a long description.
	hard := fmt.Sprintf(`{"types":{"EIP712Domain":[{"name":"name","type":"string"}],"A":[{"name":"e","type":"E[]"}],"E":[{"name":"x","type":"D[]"}],"D":[{"name":%q,"type":"string"}]},"primaryType":"A","domain":{"name":"d"},"message":{"e":[{"x":[]}%s]}}`,
		strings.Repeat("n", maxTypedData/2), strings.Repeat(`,{"x":[]}`, maxTypedData/18-40))
	get[string](n, "eth_signTypedData_v4", address, hard)
	_, err = n.ask("eth_signTypedData_v4", address, hard+strings.Repeat(" ", maxTypedData))
	wantError(t, err, codeInvalidParams, "invalid argument 1: typed data has ")
}

func FuzzTypedData(f *testing.F) {
	f.Add(mail)
	f.Add(`"{}"`)
	f.Add(`{"types":{"EIP712Domain":[],"A":[{"name":"a","type":"A[2][]"},{"name":"b","type":"bytes3"},{"name":"i","type":"int7"}]},"primaryType":"A","domain":{},"message":{"a":[[{},{}]],"b":"0x","i":1e99}}`)
	f.Fuzz(func(_ *testing.T, text string) {
		var data typedData
		if json.Unmarshal([]byte(text), &data) == nil {
			_, _ = data.hash() // must not panic, nor take long
		}
	})
}
