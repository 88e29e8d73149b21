// what the next blocks are like
>> {"id":1,"jsonrpc":"2.0","method":"anvil_setCoinbase","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
>> {"id":2,"jsonrpc":"2.0","method":"hardhat_setCoinbase","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
>> {"id":3,"jsonrpc":"2.0","method":"eth_coinbase","params":[]}
<< {"jsonrpc":"2.0","id":3,"result":"0x7000000000000000000000000000000000000007"}
>> {"id":4,"jsonrpc":"2.0","method":"anvil_setChainId","params":["0x1092"]}
<< {"jsonrpc":"2.0","id":4,"result":null}
>> {"id":5,"jsonrpc":"2.0","method":"hardhat_setChainId","params":["0x1092"]}
<< {"jsonrpc":"2.0","id":5,"result":true}
