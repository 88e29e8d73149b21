// a number begins with 0x
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["17",false]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex string without 0x prefix"}}
