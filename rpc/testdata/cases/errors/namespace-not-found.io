// there is no such namespace
>> {"jsonrpc":"2.0","id":1,"method":"nothing_at_all","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method nothing_at_all does not exist/is not available"}}
