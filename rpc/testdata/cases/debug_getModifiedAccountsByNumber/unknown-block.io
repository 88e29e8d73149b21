// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"debug_getModifiedAccountsByNumber","params":[4096]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"start block 4096 not found"}}
