// no more blocks than there are
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x64","0x2",[50]]}
<< {"jsonrpc":"2.0","id":1,"result":{"oldestBlock":"0x0","reward":[["0x0"],["0x3b9aca00"],["0x3b9aca00"]],"baseFeePerGas":["0x3b9aca00","0x342770c0","0x2dae3da1","0x27fe9aae"],"gasUsedRatio":[0,0.0035143333333333333,0.0021014],"baseFeePerBlobGas":["0x1","0x1","0x1","0x1"],"blobGasUsedRatio":[0,0,0]}}
