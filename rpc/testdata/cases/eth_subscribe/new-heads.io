// subscribes to heads and ends it
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["newHeads"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x75ff1be09998d4cd3f158cc18de3163d"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_unsubscribe","params":["0x75ff1be09998d4cd3f158cc18de3163d"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
