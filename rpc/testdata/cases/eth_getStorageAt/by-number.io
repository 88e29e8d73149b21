// in the middle of the chain
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0","0x9"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0000000000000000000000000000000000000000000000000000000000000003"}
