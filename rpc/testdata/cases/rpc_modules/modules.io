// the namespaces of the public door, with their versions
>> {"id":1,"jsonrpc":"2.0","method":"rpc_modules","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"debug":"1.0","eth":"1.0","monolith":"1.0","net":"1.0","ots":"1.0","personal":"1.0","rpc":"1.0","testing":"1.0","txpool":"1.0","web3":"1.0"}}
