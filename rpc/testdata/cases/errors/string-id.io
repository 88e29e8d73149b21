// an id comes back as it was
>> {"jsonrpc":"2.0","id":"my id","method":"eth_chainId"}
<< {"jsonrpc":"2.0","id":"my id","result":"0x1092"}
