// a call of a contract
>> {"id":1,"jsonrpc":"2.0","method":"eth_estimateGas","params":[{"data":"0xd09de08a","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x6ecf"}
