// an account whose key the node does not have
>> {"id":1,"jsonrpc":"2.0","method":"personal_sign","params":["0x68656c6c6f","0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"unknown account: the node has no key for 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF, unlock it (see --unlock) or sign elsewhere and use eth_sendRawTransaction"}}
