// a contract's slots before the last transaction of a block
>> {"id":1,"jsonrpc":"2.0","method":"debug_storageRangeAt","params":["0xb",2,"0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x",10]}
<< {"jsonrpc":"2.0","id":1,"result":{"storage":{"0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563":{"key":"0x0000000000000000000000000000000000000000000000000000000000000000","value":"0x0000000000000000000000000000000000000000000000000000000000000006"}},"nextKey":null}}
