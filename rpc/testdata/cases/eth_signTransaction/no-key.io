// an account whose key the node does not have
>> {"id":1,"jsonrpc":"2.0","method":"eth_signTransaction","params":[{"from":"0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","gas":"0x5208","gasPrice":"0x174876e800","nonce":"0x1","to":"0x7000000000000000000000000000000000000007"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"unknown account: the node has no key for 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF, unlock it (see --unlock) or sign elsewhere and use eth_sendRawTransaction"}}
