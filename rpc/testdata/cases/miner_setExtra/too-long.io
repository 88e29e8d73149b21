// there is room for twenty bytes
>> {"id":1,"jsonrpc":"2.0","method":"miner_setExtra","params":["0123456789012345678901"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"\"0123456789012345678901\" has 22 bytes, more than 20"}}
