// a hash is hex
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionReceipt","params":["0xzz"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex string has length 2, want 64 for common.Hash"}}
