// what is not JSON
>> {"jsonrpc":"2.0","id":1,"method":
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}
