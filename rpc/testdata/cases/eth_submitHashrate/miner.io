// what an external miner does per second
>> {"id":1,"jsonrpc":"2.0","method":"eth_submitHashrate","params":["0x64","0x00000000000000000000000000000000000000000000000000000000000000aa"]}
<< {"jsonrpc":"2.0","id":1,"result":true}
