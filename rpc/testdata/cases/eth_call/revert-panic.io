// a revert by the compiler, Panic(uint256)
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0x3e823f790000000000000000000000000000000000000000000000000000000000000000","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: division or modulo by zero","data":"0x4e487b710000000000000000000000000000000000000000000000000000000000000012"}}
