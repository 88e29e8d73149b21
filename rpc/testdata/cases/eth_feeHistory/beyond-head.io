// blocks that do not exist
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x2","0x1000",[]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"request beyond head block: requested 4096, head 17"}}
