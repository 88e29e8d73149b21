// a share of a core is at most one
>> {"id":1,"jsonrpc":"2.0","method":"miner_setCPU","params":[1.5]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"--miner.cpu must be above 0 and at most 1, have 1.5"}}
