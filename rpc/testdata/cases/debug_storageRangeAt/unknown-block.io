// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"debug_storageRangeAt","params":["0x1000",0,"0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x",10]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"block #4096 not found"}}
