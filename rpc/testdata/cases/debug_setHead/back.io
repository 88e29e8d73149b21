// a development chain goes back to a block
>> {"id":1,"jsonrpc":"2.0","method":"debug_setHead","params":["0xc"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
>> {"id":2,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":"0xc"}
