// the network's id is the chain's, in decimal
>> {"id":1,"jsonrpc":"2.0","method":"net_version","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"4242"}
