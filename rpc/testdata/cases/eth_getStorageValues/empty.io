// nothing is asked for
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageValues","params":[{},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"empty request"}}
