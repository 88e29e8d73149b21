// there are 100 hundredths
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x2","latest",[101]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"invalid reward percentile: 101.000000"}}
