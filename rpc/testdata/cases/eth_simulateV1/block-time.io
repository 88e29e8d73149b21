// a block's time is later than its parent's
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"blockOverrides":{"time":"0x1"},"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}]},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38021,"message":"block timestamps must be in order: 1 \u003c= 1735689668"}}
