// there is no such tag
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccountInfo","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","yesterday"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 1: hex string without 0x prefix"}}
