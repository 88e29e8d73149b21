// the genesis block cannot be executed
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceBlockByNumber","params":["earliest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"genesis is not traceable"}}
