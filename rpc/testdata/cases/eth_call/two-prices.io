// a price of the old kind and one of the new
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"gasPrice":"0x1","maxFeePerGas":"0x1","to":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"}}
