// a call of a contract by another, traced by 4byteTracer
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceTransaction","params":["0xe96ce55dc034f84e1859062d480bc2d5962d923729a97153d1ed735154616261",{"tracer":"4byteTracer"}]}
<< {"jsonrpc":"2.0","id":1,"result":{"0x00000000-32":1,"0xd09de08a-0":1}}
