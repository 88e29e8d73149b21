// a subscription ends once
>> {"id":1,"jsonrpc":"2.0","method":"eth_unsubscribe","params":["0x1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"subscription not found"}}
