// a block's number is higher than its parent's
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"blockOverrides":{"number":"0x20"},"calls":null},{"blockOverrides":{"number":"0x1f"},"calls":null}]},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38020,"message":"block numbers must be in order: 31 \u003c= 32"}}
