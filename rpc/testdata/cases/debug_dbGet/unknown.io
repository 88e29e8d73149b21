// a key that there is not
>> {"id":1,"jsonrpc":"2.0","method":"debug_dbGet","params":["0x00"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"leveldb: not found"}}
