// a transaction of the chain
>> {"id":1,"jsonrpc":"2.0","method":"ots_getTransactionBySenderAndNonce","params":["0xf1f6619b38a98d6de0800f1defc0a6399eb6d30c",0]}
<< {"jsonrpc":"2.0","id":1,"result":"0xe96ce55dc034f84e1859062d480bc2d5962d923729a97153d1ed735154616261"}
