// the version of the protocol between nodes
>> {"id":1,"jsonrpc":"2.0","method":"eth_protocolVersion","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x1"}
