// there is no such block
>> {"id":1,"jsonrpc":"2.0","method":"monolith_blocks","params":["0x1000",1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}
