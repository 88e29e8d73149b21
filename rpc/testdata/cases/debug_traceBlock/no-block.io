// bytes that are no block
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceBlock","params":["0x12"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"could not decode block: rlp: expected input list for types.extblock"}}
