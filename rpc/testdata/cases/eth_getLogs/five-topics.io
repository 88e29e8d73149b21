// a log has at most four topics
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"fromBlock":"earliest","toBlock":"latest","topics":[null,null,null,null,"0x0000000000000000000000000000000000000000000000000000000000000001"]}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: exceed max topics"}}
