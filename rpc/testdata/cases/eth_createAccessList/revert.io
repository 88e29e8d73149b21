// a call that reverts has a list too
>> {"id":1,"jsonrpc":"2.0","method":"eth_createAccessList","params":[{"data":"0x62c69b80","from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"accessList":[],"error":"execution reverted","gasUsed":"0x536b"}}
