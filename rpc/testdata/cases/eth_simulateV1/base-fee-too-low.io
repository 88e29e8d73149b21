// a fee below the base fee
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","maxFeePerGas":"0x1","to":"0x7000000000000000000000000000000000000007"}]}],"validation":true},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38012,"message":"err: max fee per gas less than block base fee: address 0x4CCeBa2d7D2B4fdcE4304d3e09a1fea9fbEb1528, maxFeePerGas: 1, baseFee: 90732685 (supplied gas 50000000)"}}
