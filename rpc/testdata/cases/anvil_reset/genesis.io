// only the genesis block is left
>> {"id":1,"jsonrpc":"2.0","method":"anvil_reset","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":null}
>> {"id":2,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":"0x0"}
>> {"id":3,"jsonrpc":"2.0","method":"hardhat_reset","params":[]}
<< {"jsonrpc":"2.0","id":3,"result":true}
>> {"id":4,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":4,"result":"0x0"}
