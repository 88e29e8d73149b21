// a transfer
>> {"id":1,"jsonrpc":"2.0","method":"eth_estimateGas","params":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x5208"}
