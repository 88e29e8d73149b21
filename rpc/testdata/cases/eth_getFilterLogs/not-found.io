// there is no such filter
>> {"id":1,"jsonrpc":"2.0","method":"eth_getFilterLogs","params":["0x1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"filter not found: one that is not polled for 5m0s is removed (see --rpc.filter-timeout)"}}
