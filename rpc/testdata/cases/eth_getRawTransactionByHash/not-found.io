// an unknown transaction is null
>> {"id":1,"jsonrpc":"2.0","method":"eth_getRawTransactionByHash","params":["0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
