// a step that leads nowhere
>> {"id":1,"jsonrpc":"2.0","method":"monolith_blocks","params":["latest",1,0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"a step of 0 leads nowhere, it must be at least 1"}}
