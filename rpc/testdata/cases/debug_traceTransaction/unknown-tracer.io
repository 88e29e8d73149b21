// there is no such tracer
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceTransaction","params":["0xb81c0216f37b591a31df8b290ca2ef4ced97a57ccb60a9d131f7193f43e00c7a",{"tracer":"nothingTracer"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"tracer \"nothingTracer\" is not a built-in one, and JavaScript is off (see --rpc.trace-js)"}}
