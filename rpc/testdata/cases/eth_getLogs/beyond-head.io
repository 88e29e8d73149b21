// blocks that do not exist yet
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"fromBlock":"0x1000","toBlock":"0x1000"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"block range extends beyond current head block"}}
