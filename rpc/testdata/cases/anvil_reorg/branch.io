// the last two blocks are replaced by a branch that wins
>> {"id":1,"jsonrpc":"2.0","method":"anvil_reorg","params":[{"depth":2,"txBlockPairs":[]}]}
<< {"jsonrpc":"2.0","id":1,"result":null}
>> {"id":2,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":"0x12"}
