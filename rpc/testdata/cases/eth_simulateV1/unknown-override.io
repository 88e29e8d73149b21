// an override that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"blockOverrides":{"weather":"0x1"},"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}]},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: unknown field \"weather\" in block override"}}
