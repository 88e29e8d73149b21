// a nonce that was used up by an authorization
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionBySenderAndNonce","params":["0xd41c057fd1c78805aac12b0a94a405c0461a6fbb","0x0"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
