// no transaction
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransactionSync","params":["0x02"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"typed transaction too short"}}
