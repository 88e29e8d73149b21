// blocks up to the head
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x4","latest",[]]}
<< {"jsonrpc":"2.0","id":1,"result":{"oldestBlock":"0xe","baseFeePerGas":["0x939d8a1","0x8129d8d","0x71049dc","0x62e40a1","0x568788d"],"gasUsedRatio":[0,0,0,0],"baseFeePerBlobGas":["0x1","0x1","0x1","0x1","0x1"],"blobGasUsedRatio":[0,0,0,0]}}
