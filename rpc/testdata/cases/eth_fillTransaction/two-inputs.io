// data and input are not the same
>> {"id":1,"jsonrpc":"2.0","method":"eth_fillTransaction","params":[{"data":"0x01","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","input":"0x02","to":"0x7000000000000000000000000000000000000007"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data"}}
