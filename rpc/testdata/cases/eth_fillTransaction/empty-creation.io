// a contract has code
>> {"id":1,"jsonrpc":"2.0","method":"eth_fillTransaction","params":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"contract creation without any data provided"}}
