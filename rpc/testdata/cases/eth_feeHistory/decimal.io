// a count that is a number
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":[2,"0x9",null]}
<< {"jsonrpc":"2.0","id":1,"result":{"oldestBlock":"0x8","baseFeePerGas":["0x1487e9d0","0x11f80168","0xfb98a82"],"gasUsedRatio":[0.0008229333333333334,0.00046628333333333333],"baseFeePerBlobGas":["0x1","0x1","0x1"],"blobGasUsedRatio":[0,0]}}
