// an account that nobody has ever heard of
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x0000000000000000000000000000000000000009","latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
