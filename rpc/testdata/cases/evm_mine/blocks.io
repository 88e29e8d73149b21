// a block now, and one at a time
>> {"id":1,"jsonrpc":"2.0","method":"evm_mine","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
>> {"id":2,"jsonrpc":"2.0","method":"evm_mine","params":[{"timestamp":4102444800}]}
<< {"jsonrpc":"2.0","id":2,"result":"0x0"}
>> {"id":3,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":3,"result":"0x13"}
>> {"id":4,"jsonrpc":"2.0","method":"anvil_mine","params":["0x2"]}
<< {"jsonrpc":"2.0","id":4,"result":null}
>> {"id":5,"jsonrpc":"2.0","method":"hardhat_mine","params":["0x2","0xa"]}
<< {"jsonrpc":"2.0","id":5,"result":true}
>> {"id":6,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":6,"result":"0x17"}
