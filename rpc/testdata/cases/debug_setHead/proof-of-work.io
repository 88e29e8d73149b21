// the head is the block with the most work
>> {"id":1,"jsonrpc":"2.0","method":"debug_setHead","params":["0x5"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"only development chains go back: on others the head is the block with the most work"}}
