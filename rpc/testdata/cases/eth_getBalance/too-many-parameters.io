// there is no third parameter
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","latest","latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"too many arguments, want at most 2"}}
