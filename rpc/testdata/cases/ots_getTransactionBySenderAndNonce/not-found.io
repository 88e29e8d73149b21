// a nonce that was not used yet
>> {"id":1,"jsonrpc":"2.0","method":"ots_getTransactionBySenderAndNonce","params":["0xf1f6619b38a98d6de0800f1defc0a6399eb6d30c",4096]}
<< {"jsonrpc":"2.0","id":1,"result":null}
