// a range that ends before it begins
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"fromBlock":"0x9","toBlock":"0x8"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid block range params"}}
