// more blocks than one answer has
>> {"id":1,"jsonrpc":"2.0","method":"monolith_blocks","params":["latest",1001]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"1001 blocks are asked for, it must be from 1 to 1000"}}
