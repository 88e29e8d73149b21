// a block number has 63 bits
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0xffffffffffffffff",false]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: block number larger than int64"}}
