// the settings as they were, changed one by one, and as they are
>> {"id":1,"jsonrpc":"2.0","method":"miner_status","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"enabled":false,"mining":false,"trouble":"","threads":1,"cpu":1,"hashrate":"0x0","externalMiners":0,"externalHashrate":"0x0","etherbase":"0xee00000000000000000000000000000000000fee","extraData":"0x","gasLimit":"0x3938700","gasPrice":"0x0"}}
>> {"id":2,"jsonrpc":"2.0","method":"miner_setThreads","params":[2]}
<< {"jsonrpc":"2.0","id":2,"result":true}
>> {"id":3,"jsonrpc":"2.0","method":"miner_setCPU","params":[0.5]}
<< {"jsonrpc":"2.0","id":3,"result":true}
>> {"id":4,"jsonrpc":"2.0","method":"miner_setEtherbase","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":4,"result":true}
>> {"id":5,"jsonrpc":"2.0","method":"miner_setGasLimit","params":["0x2faf080"]}
<< {"jsonrpc":"2.0","id":5,"result":true}
>> {"id":6,"jsonrpc":"2.0","method":"miner_setGasPrice","params":["0x3b9aca00"]}
<< {"jsonrpc":"2.0","id":6,"result":true}
>> {"id":7,"jsonrpc":"2.0","method":"miner_setExtra","params":["hello"]}
<< {"jsonrpc":"2.0","id":7,"result":true}
>> {"id":8,"jsonrpc":"2.0","method":"miner_status","params":[]}
<< {"jsonrpc":"2.0","id":8,"result":{"enabled":false,"mining":false,"trouble":"","threads":2,"cpu":0.5,"hashrate":"0x0","externalMiners":0,"externalHashrate":"0x0","etherbase":"0x7000000000000000000000000000000000000007","extraData":"0x68656c6c6f","gasLimit":"0x2faf080","gasPrice":"0x3b9aca00"}}
