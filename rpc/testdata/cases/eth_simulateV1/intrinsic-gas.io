// less gas than any transaction needs
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","gas":"0x5207","maxFeePerGas":"0x174876e800","to":"0x7000000000000000000000000000000000000007"}]}],"validation":true},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38013,"message":"err: intrinsic gas too low: have 20999, want 21000 (supplied gas 20999)"}}
