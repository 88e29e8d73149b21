// an unknown block is null
>> {"id":1,"jsonrpc":"2.0","method":"eth_getUncleCountByBlockNumber","params":["0x1000"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
