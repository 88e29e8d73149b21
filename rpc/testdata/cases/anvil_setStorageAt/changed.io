// storage is changed by transactions only
>> {"id":1,"jsonrpc":"2.0","method":"anvil_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0","0x9"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: only a contract itself can change its storage; call it in a transaction, write it into a genesis file, or use the state override stateDiff of eth_call"}}
>> {"id":2,"jsonrpc":"2.0","method":"hardhat_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0","0x9"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: only a contract itself can change its storage; call it in a transaction, write it into a genesis file, or use the state override stateDiff of eth_call"}}
>> {"id":3,"jsonrpc":"2.0","method":"tenderly_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0","0x9"]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: only a contract itself can change its storage; call it in a transaction, write it into a genesis file, or use the state override stateDiff of eth_call"}}
>> {"id":4,"jsonrpc":"2.0","method":"anvil_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1","0x0"]}
<< {"jsonrpc":"2.0","id":4,"result":true}
>> {"id":5,"jsonrpc":"2.0","method":"hardhat_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1","0x0"]}
<< {"jsonrpc":"2.0","id":5,"result":true}
>> {"id":6,"jsonrpc":"2.0","method":"tenderly_setStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1","0x0"]}
<< {"jsonrpc":"2.0","id":6,"result":true}
