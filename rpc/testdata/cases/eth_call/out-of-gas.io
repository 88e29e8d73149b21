// less gas than the call needs
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0xd09de08a","gas":"0x5400","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"out of gas"}}
