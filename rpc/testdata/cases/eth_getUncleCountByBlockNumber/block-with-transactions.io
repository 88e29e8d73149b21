// a block by its number
>> {"id":1,"jsonrpc":"2.0","method":"eth_getUncleCountByBlockNumber","params":["0x8"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
