// a block by its number
>> {"id":1,"jsonrpc":"2.0","method":"eth_getRawTransactionByBlockNumberAndIndex","params":["0x8","0x1"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x02f87282109201843b9aca0085174876e800830f424094f2e246bb76df876cef8b38ae84130f4f55de395b8084d09de08ac080a067b985d2389235bed5e871ceb5542e2a4b7ab5aac601e4b5a9944b50eb21e6d9a06611a1101d5b5948f8899c74bbcb4cec832ee934e5d00a95824a56e6332bb53e"}
