// an account whose key the node does not have
>> {"id":1,"jsonrpc":"2.0","method":"anvil_impersonateAccount","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: no transaction can be sent as 0x7000000000000000000000000000000000000007, since a block with one that its key has not signed is invalid; use eth_call with from, or eth_simulateV1, which need no signature, or one of eth_accounts"}}
