// at a block by its hash (EIP-1898)
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"data":"0x06661abd","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},{"blockHash":"0x0c1f4a4b1539db10bb9bb873eae1bd6b5c83a5747804adcbeec388e6b0a59218"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0000000000000000000000000000000000000000000000000000000000000002"}
