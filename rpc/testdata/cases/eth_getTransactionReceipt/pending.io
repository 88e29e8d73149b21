// receipt of a transaction: pending
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionReceipt","params":["0x93db0a9399fd6fd17d1ff51b2cad59c18b869a95342f981e9512fc0096173fe5"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
