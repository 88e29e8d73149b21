// a block and a range at once
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"blockHash":"0x00000000000000000000000000000000000000000000000000000000deadbeef","fromBlock":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"}}
