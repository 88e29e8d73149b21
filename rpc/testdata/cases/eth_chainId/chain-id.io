// the chain's id (EIP-695)
>> {"id":1,"jsonrpc":"2.0","method":"eth_chainId","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x1092"}
