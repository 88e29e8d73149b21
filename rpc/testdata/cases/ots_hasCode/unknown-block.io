// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"ots_hasCode","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}
