// in the middle of the chain
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccountInfo","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0x9"]}
<< {"jsonrpc":"2.0","id":1,"result":{"balance":"0xd3c21bc72aafeb45e80f","nonce":"0x2","code":"0x"}}
