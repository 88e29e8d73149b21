// a nonce that is not the next
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","gas":"0x5208","maxFeePerGas":"0x174876e800","nonce":"0x9","to":"0x7000000000000000000000000000000000000007"}]}],"validation":true},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38011,"message":"err: nonce too high: address 0x4CCeBa2d7D2B4fdcE4304d3e09a1fea9fbEb1528, tx: 9 state: 0 (supplied gas 21000)"}}
