// parameters go by position
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"Address":"0x0000000000000000000000000000000000000000"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"non-array args"}}
