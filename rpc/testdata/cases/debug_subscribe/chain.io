// traces of two blocks
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"debug_subscribe","params":["traceChain","0x2","0x4",{"tracer":"callTracer"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x3035ddcd42b49a8a7496ba3f1303331b"}
>> {"id":2,"jsonrpc":"2.0","method":"debug_unsubscribe","params":["0x3035ddcd42b49a8a7496ba3f1303331b"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
