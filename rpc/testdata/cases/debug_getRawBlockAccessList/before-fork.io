// blocks have had no access list yet (EIP-7928)
>> {"id":1,"jsonrpc":"2.0","method":"debug_getRawBlockAccessList","params":["latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"block 17 has no access list"}}
