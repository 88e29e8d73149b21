// a slot has at most 32 bytes
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x10000000000000000000000000000000000000000000000000000000000000000","latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"storage key too long (want at most 32 bytes): \"0x10000000000000000000000000000000000000000000000000000000000000000\""}}
