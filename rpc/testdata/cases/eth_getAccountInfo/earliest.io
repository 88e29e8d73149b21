// at the genesis block
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccountInfo","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","earliest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"balance":"0xd3c21bcecceda1000000","nonce":"0x0","code":"0x"}}
