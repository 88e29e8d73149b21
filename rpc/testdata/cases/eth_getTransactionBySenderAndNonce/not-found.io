// a nonce that was not used yet
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionBySenderAndNonce","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0x99"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
