// time goes by, and stops at a moment
// speconly: the clock runs
>> {"id":1,"jsonrpc":"2.0","method":"evm_increaseTime","params":[3600]}
<< {"jsonrpc":"2.0","id":1,"result":3600}
>> {"id":2,"jsonrpc":"2.0","method":"anvil_increaseTime","params":["0xe10"]}
<< {"jsonrpc":"2.0","id":2,"result":7200}
>> {"id":3,"jsonrpc":"2.0","method":"evm_setTime","params":[4102444800]}
<< {"jsonrpc":"2.0","id":3,"result":2307045431}
>> {"id":4,"jsonrpc":"2.0","method":"anvil_setTime","params":[4102444900]}
<< {"jsonrpc":"2.0","id":4,"result":100}
>> {"id":5,"jsonrpc":"2.0","method":"evm_setNextBlockTimestamp","params":[4102445000]}
<< {"jsonrpc":"2.0","id":5,"result":null}
>> {"id":6,"jsonrpc":"2.0","method":"evm_mine","params":[]}
<< {"jsonrpc":"2.0","id":6,"result":"0x0"}
>> {"id":7,"jsonrpc":"2.0","method":"anvil_setNextBlockTimestamp","params":[4102446000]}
<< {"jsonrpc":"2.0","id":7,"result":null}
>> {"id":8,"jsonrpc":"2.0","method":"evm_mine","params":[]}
<< {"jsonrpc":"2.0","id":8,"result":"0x0"}
>> {"id":9,"jsonrpc":"2.0","method":"anvil_setBlockTimestampInterval","params":[5]}
<< {"jsonrpc":"2.0","id":9,"result":null}
>> {"id":10,"jsonrpc":"2.0","method":"evm_mine","params":[]}
<< {"jsonrpc":"2.0","id":10,"result":"0x0"}
>> {"id":11,"jsonrpc":"2.0","method":"anvil_removeBlockTimestampInterval","params":[]}
<< {"jsonrpc":"2.0","id":11,"result":true}
>> {"id":12,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0x14",false]}
<< {"jsonrpc":"2.0","id":12,"result":{"number":"0x14","hash":"0x3e096070c1d30ecfe45263743987bebc0a407d1c23bf541ebd722fa9c6f8e400","nonce":"0x0000000000000000","miner":"0xee00000000000000000000000000000000000fee","parentHash":"0x0ba35e34585a50c4607daba6dd737a50cf23180c57d72e3c0bd67c9ebf54572f","mixHash":"0xdbb284eb78dfaedc9c7f150b116518c43e834ba797fb84013a1c901ac7e98698","sha3Uncles":"0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347","logsBloom":"0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000","stateRoot":"0x617649b5bc3eb98c393850aea694afb9ea3078881690c356ac3abdd51a34dbbd","difficulty":"0x0","extraData":"0x2100ffff0000000000000000","gasLimit":"0x3938700","gasUsed":"0x0","timestamp":"0xf4865bb5","transactionsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421","receiptsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421","baseFeePerGas":"0x423fc4d","withdrawalsRoot":"0x85587eb9b4d3514b54919719895de373f4b4a4daa2a27057f7593a5cb1163edd","blobGasUsed":"0x0","excessBlobGas":"0x0","parentBeaconBlockRoot":"0x0000000000000000000000000000000000000000000000000000000000000000","requestsHash":"0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":"0x291","transactions":[],"uncles":[],"withdrawals":[{"index":"0x14","validatorIndex":"0x0","address":"0xee00000000000000000000000000000000000fee","amount":"0x77359400"}]}}
