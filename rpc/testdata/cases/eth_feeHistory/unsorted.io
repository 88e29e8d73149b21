// percentiles go up
>> {"id":1,"jsonrpc":"2.0","method":"eth_feeHistory","params":["0x2","latest",[50,10]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"invalid reward percentile: #0:50.000000 \u003e= #1:10.000000"}}
