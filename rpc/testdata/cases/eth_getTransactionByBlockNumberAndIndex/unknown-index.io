// null for a transaction that the block does not have
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionByBlockNumberAndIndex","params":["0x8","0x7"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
