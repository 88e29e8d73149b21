// a level that there is not
>> {"id":1,"jsonrpc":"2.0","method":"debug_verbosity","params":[9]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"this node's log has no levels"}}
