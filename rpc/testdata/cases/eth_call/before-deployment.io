// there is no contract yet
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0x06661abd","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"earliest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x"}
