// after the pending transactions
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x7000000000000000000000000000000000000007","pending"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x4"}
