// whether transactions shall be full has to be said
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0x8"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 1"}}
