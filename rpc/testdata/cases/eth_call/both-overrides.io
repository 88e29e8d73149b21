// all storage and single slots at once make no sense
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0x06661abd","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest",{"0xF2E246BB76DF876Cef8b38ae84130F4F55De395b":{"state":{},"stateDiff":{}}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"account 0xF2E246BB76DF876Cef8b38ae84130F4F55De395b has both 'state' and 'stateDiff'"}}
