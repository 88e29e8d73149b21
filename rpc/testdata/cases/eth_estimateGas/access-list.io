// a call with an access list
>> {"id":1,"jsonrpc":"2.0","method":"eth_estimateGas","params":[{"accessList":[{"address":"0xf2e246bb76df876cef8b38ae84130f4f55de395b","storageKeys":["0x0000000000000000000000000000000000000000000000000000000000000000"]}],"data":"0xd09de08a","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x77d0"}
