// a block that does not exist yet
>> {"id":1,"jsonrpc":"2.0","method":"debug_setHead","params":["0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not allowed to rewind to a future block"}}
