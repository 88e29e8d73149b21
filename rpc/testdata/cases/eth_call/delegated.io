// an account runs the code it has delegated to (EIP-7702)
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0x06661abd","to":"0xd41c057fd1c78805aac12b0a94a405c0461a6fbb"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0000000000000000000000000000000000000000000000000000000000000001"}
