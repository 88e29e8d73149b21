// no blocks at all
>> {"id":1,"jsonrpc":"2.0","method":"debug_getAccessibleState","params":["0x1","0x1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"from and to needs to be different"}}
