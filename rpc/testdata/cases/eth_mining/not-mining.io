// the node does not mine
>> {"id":1,"jsonrpc":"2.0","method":"eth_mining","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":false}
