// an unknown block is an error
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}],"validation":false},"0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}
