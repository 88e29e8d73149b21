// the default is the head
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xd3c21bc70fd160fa8dcf"}
