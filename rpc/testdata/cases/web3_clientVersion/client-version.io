// name and version of the client
// speconly: it is the version's
>> {"id":1,"jsonrpc":"2.0","method":"web3_clientVersion","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"Monolith/test"}
