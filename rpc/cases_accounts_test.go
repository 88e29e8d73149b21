package rpc

import "github.com/monolith-chain/monolith/shared/chain/chaintest"

// accountCases are about the accounts whose keys the node has.
func (s *stage) accountCases() []testCase {
	own, other := chaintest.Address(keeper), chaintest.Address(1)
	complete := object{"from": own, "to": stranger, "value": "0x1", "nonce": "0x1", "gas": "0x5208", "maxFeePerGas": "0x174876e800", "maxPriorityFeePerGas": "0x3b9aca00"}
	without := func(name string) object {
		rest := object{}
		for key, value := range complete {
			if key != name {
				rest[key] = value
			}
		}
		return rest
	}
	legacy := object{"from": own, "to": stranger, "value": "0x1", "nonce": "0x1", "gas": "0x5208", "gasPrice": "0x174876e800"}
	field := func(name, kind string) object { return object{"name": name, "type": kind} }
	mail := object{
		"types": object{
			"EIP712Domain": []any{field("name", "string"), field("chainId", "uint256")},
			"Mail":         []any{field("from", "address"), field("contents", "string")},
		},
		"primaryType": "Mail",
		"domain":      object{"name": "Post", "chainId": "0x1092"},
		"message":     object{"from": own, "contents": "hello"},
	}
	return []testCase{
		record("eth_accounts", "accounts", "accounts whose keys the node holds"),
		record("eth_pendingTransactions", "none", "transactions in the pool of accounts whose keys the node holds"),
		record("eth_sign", "message", "signs \"hello\" as a message (EIP-191)", own, "0x68656c6c6f"),
		record("eth_sign", "no-key", "an account whose key the node does not have", other, "0x68656c6c6f"),
		record("personal_sign", "message", "signs \"hello\" as a message (EIP-191)", "0x68656c6c6f", own),
		record("personal_sign", "no-key", "an account whose key the node does not have", "0x68656c6c6f", other),
		record("eth_signTypedData_v4", "mail", "signs structured data (EIP-712)", own, mail),
		record("eth_signTypedData_v4", "no-key", "an account whose key the node does not have", other, mail),
		record("eth_signTypedData_v4", "no-type", "data without its type", own, object{"types": object{}, "primaryType": "Mail", "domain": object{}, "message": object{}}),
		record("eth_signTypedData", "mail", "signs structured data (EIP-712)", own, mail),
		record("eth_signTransaction", "dynamic-fee", "signs a transaction", complete),
		record("eth_signTransaction", "no-nonce", "a transaction without its nonce", without("nonce")),
		record("eth_signTransaction", "no-gas", "a transaction without its gas", without("gas")),
		record("eth_signTransaction", "no-key", "an account whose key the node does not have", object{"from": other, "to": stranger, "nonce": "0x1", "gas": "0x5208", "gasPrice": "0x174876e800"}),
		record("eth_sendTransaction", "complete", "sends a transaction that says everything", complete).onItsOwn(),
		record("eth_sendTransaction", "filled", "sends a transaction that the node completes", object{"from": own, "to": stranger, "value": "0x1"}).onItsOwn(),
		record("eth_resend", "replaced", "a transaction is replaced by the same with another price and limit").reset().
			then("eth_sendTransaction", legacy).then("eth_resend", legacy, "0x2e90edd000", "0x5209").then("eth_pendingTransactions").onItsOwn(),
		record("eth_resend", "not-found", "a transaction that is not in the pool", legacy),
		record("eth_resend", "no-nonce", "a transaction without its nonce", without("nonce")),
		record("eth_sendTransaction", "no-key", "an account whose key the node does not have", object{"from": other, "to": stranger}),
	}
}
