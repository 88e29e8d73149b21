// a range that ends before it begins
>> {"id":1,"jsonrpc":"2.0","method":"debug_subscribe","params":["traceChain","0x4","0x2"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"end block (#2) needs to come after start block (#4)"}}
