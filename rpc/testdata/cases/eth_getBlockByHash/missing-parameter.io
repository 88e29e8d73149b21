// whether transactions shall be full has to be said
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByHash","params":["0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 1"}}
