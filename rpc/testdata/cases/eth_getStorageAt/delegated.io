// storage of an account that has delegated to a contract
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageAt","params":["0xd41c057fd1c78805aac12b0a94a405c0461a6fbb","0x0","latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0000000000000000000000000000000000000000000000000000000000000001"}
