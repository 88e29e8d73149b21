// a filter of blocks has no logs
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newBlockFilter","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x6a74b433e32f2a319402899b716088a3"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_getFilterLogs","params":["0x6a74b433e32f2a319402899b716088a3"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"filter not found"}}
