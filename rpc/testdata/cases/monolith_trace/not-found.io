// a transaction that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"monolith_trace","params":["0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"transaction not found"}}
