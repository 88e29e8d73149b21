// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"debug_dumpBlock","params":["0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"block #4096 not found"}}
