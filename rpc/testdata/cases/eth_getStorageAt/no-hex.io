// a slot is a hex number
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0xzz","latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid hex in storage key: \"0xzz\""}}
