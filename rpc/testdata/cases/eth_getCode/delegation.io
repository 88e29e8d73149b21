// an account that has delegated to a contract (EIP-7702)
>> {"id":1,"jsonrpc":"2.0","method":"eth_getCode","params":["0xd41c057fd1c78805aac12b0a94a405c0461a6fbb","latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xef0100f2e246bb76df876cef8b38ae84130f4f55de395b"}
