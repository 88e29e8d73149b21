// a node that does not mine has no hash rate
>> {"id":1,"jsonrpc":"2.0","method":"eth_hashrate","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
