// three blocks with their tips
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x3","0x9",[0,50,100]]}
<< {"jsonrpc":"2.0","id":1,"result":{"oldestBlock":"0x7","reward":[["0x3b9aca00","0x3b9aca00","0x3b9aca00"],["0x3b9aca00","0x3b9aca00","0x3b9aca00"],["0x3b9aca00","0x3b9aca00","0x3b9aca00"]],"baseFeePerGas":["0x17751c41","0x1487e9d0","0x11f80168","0xfb98a82"],"gasUsedRatio":[0.00096035,0.0008229333333333334,0.00046628333333333333],"baseFeePerBlobGas":["0x1","0x1","0x1","0x1"],"blobGasUsedRatio":[0,0,0]}}
