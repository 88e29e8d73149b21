// a nonce that was used
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","maxFeePerGas":"0x174876e800","nonce":"0x0","to":"0x7000000000000000000000000000000000000007"}]}],"validation":true},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38010,"message":"err: nonce too low: address 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF, tx: 0 state: 3 (supplied gas 50000000)"}}
