// a number has no leading zeros
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0x01",false]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex number with leading zero digits"}}
