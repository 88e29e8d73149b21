// what is no block
>> {"id":1,"jsonrpc":"2.0","method":"debug_getRawBlock","params":["yesterday"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex string without 0x prefix"}}
