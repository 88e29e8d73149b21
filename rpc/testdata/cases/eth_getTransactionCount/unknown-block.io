// an unknown block is an error
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionCount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}
