// an unknown block is an error
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf",{"blockHash":"0x00000000000000000000000000000000000000000000000000000000deadbeef"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header for hash not found"}}
