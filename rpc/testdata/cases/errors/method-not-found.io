// there is no such method
>> {"jsonrpc":"2.0","id":1,"method":"eth_nothing","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_nothing does not exist/is not available"}}
