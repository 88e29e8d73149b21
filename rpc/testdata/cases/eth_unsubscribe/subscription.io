// a subscription ends
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["newHeads"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x5a1ed1cce74c5c31bd4c1b1cad89e4a5"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_unsubscribe","params":["0x5a1ed1cce74c5c31bd4c1b1cad89e4a5"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
>> {"id":3,"jsonrpc":"2.0","method":"eth_unsubscribe","params":["0x5a1ed1cce74c5c31bd4c1b1cad89e4a5"]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"subscription not found"}}
