// what it gets is lost
>> {"id":1,"jsonrpc":"2.0","method":"monolith_faucet","params":["0x0000000000000000000000000000000000000000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"what the zero address gets is lost"}}
