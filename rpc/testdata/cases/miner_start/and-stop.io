// mining starts and stops
>> {"id":1,"jsonrpc":"2.0","method":"miner_start","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":true}
>> {"id":2,"jsonrpc":"2.0","method":"miner_stop","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":true}
