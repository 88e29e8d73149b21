// nobody can sign for everybody
>> {"id":1,"jsonrpc":"2.0","method":"anvil_autoImpersonateAccount","params":[true]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: transactions cannot be sent for everybody, since a block with one that is not signed is invalid; use eth_call with from, or eth_simulateV1, which need no signature"}}
