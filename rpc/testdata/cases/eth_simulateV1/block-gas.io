// more gas than the block has
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"blockOverrides":{"gasLimit":"0x5208"},"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","gas":"0x5209","to":"0x7000000000000000000000000000000000000007"}]}]},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38015,"message":"block gas limit reached: remaining: 21000, required: 21001"}}
