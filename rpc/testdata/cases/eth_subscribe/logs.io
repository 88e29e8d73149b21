// subscribes to a contract's logs
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["logs",{"address":"0x2946259e0334f33a064106302415ad3391bed384"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0xc2838c78cbef893f69e1699be8b79a1d"}
