// a node without peers
>> {"id":1,"jsonrpc":"2.0","method":"monolith_peers","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
