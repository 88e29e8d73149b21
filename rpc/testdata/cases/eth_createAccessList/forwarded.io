// a call of a contract by another
>> {"id":1,"jsonrpc":"2.0","method":"eth_createAccessList","params":[{"data":"0x000000000000000000000000f2e246bb76df876cef8b38ae84130f4f55de395bd09de08a","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0xde09e74d4888bc4e65f589e8c13bce9f71ddf4c7"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"accessList":[{"address":"0xf2e246bb76df876cef8b38ae84130f4f55de395b","storageKeys":["0x0000000000000000000000000000000000000000000000000000000000000000"]}],"gasUsed":"0x7896"}}
