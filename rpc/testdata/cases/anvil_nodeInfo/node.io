// what this node is
// speconly: blocks are stamped with the time
>> {"id":1,"jsonrpc":"2.0","method":"anvil_nodeInfo","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"currentBlockNumber":"0x11","currentBlockTimestamp":"0x67748591","currentBlockHash":"0xf4e18d48d5326357a21360d45ce395826b51640cf7b2fe1abfaaffaf295ccdd3","hardFork":"Osaka","transactionOrder":"fees","environment":{"baseFee":"0x568788d","chainId":"0x1092","gasLimit":"0x3938700","gasPrice":"0x4103428d"},"forkConfig":{"forkUrl":null,"forkBlockNumber":null,"forkRetryBackoff":null}}}
>> {"id":2,"jsonrpc":"2.0","method":"anvil_metadata","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":{"clientVersion":"Monolith/test","chainId":4242,"instanceId":"0x522ebc22bf8e1ee299c2587eae89ee0a20904c51a007a50e0eea183cc93f55bb","latestBlockNumber":17,"latestBlockHash":"0xf4e18d48d5326357a21360d45ce395826b51640cf7b2fe1abfaaffaf295ccdd3","snapshots":{}}}
>> {"id":3,"jsonrpc":"2.0","method":"hardhat_metadata","params":[]}
<< {"jsonrpc":"2.0","id":3,"result":{"clientVersion":"Monolith/test","chainId":4242,"instanceId":"0x522ebc22bf8e1ee299c2587eae89ee0a20904c51a007a50e0eea183cc93f55bb","latestBlockNumber":17,"latestBlockHash":"0xf4e18d48d5326357a21360d45ce395826b51640cf7b2fe1abfaaffaf295ccdd3","snapshots":{}}}
