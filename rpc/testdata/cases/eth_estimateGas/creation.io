// a contract's creation
>> {"id":1,"jsonrpc":"2.0","method":"eth_estimateGas","params":[{"data":"0x6033600c60003960336000f3602a60005260206000a0600160206000a16002600160206000a260036002600160206000a3600460036002600160206000a400","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xfdcb"}
