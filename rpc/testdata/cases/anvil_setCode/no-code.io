// code comes by transactions only
>> {"id":1,"jsonrpc":"2.0","method":"anvil_setCode","params":["0x7000000000000000000000000000000000000007","0x60"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: code comes to an address only by the transaction that creates the contract; deploy it, write it into a genesis file, let an account delegate to it (EIP-7702), or use the state override code of eth_call"}}
>> {"id":2,"jsonrpc":"2.0","method":"hardhat_setCode","params":["0x7000000000000000000000000000000000000007","0x60"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: code comes to an address only by the transaction that creates the contract; deploy it, write it into a genesis file, let an account delegate to it (EIP-7702), or use the state override code of eth_call"}}
>> {"id":3,"jsonrpc":"2.0","method":"tenderly_setCode","params":["0x7000000000000000000000000000000000000007","0x60"]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: code comes to an address only by the transaction that creates the contract; deploy it, write it into a genesis file, let an account delegate to it (EIP-7702), or use the state override code of eth_call"}}
>> {"id":4,"jsonrpc":"2.0","method":"anvil_setCode","params":["0x7000000000000000000000000000000000000007","0x"]}
<< {"jsonrpc":"2.0","id":4,"result":null}
>> {"id":5,"jsonrpc":"2.0","method":"hardhat_setCode","params":["0x7000000000000000000000000000000000000007","0x"]}
<< {"jsonrpc":"2.0","id":5,"result":true}
>> {"id":6,"jsonrpc":"2.0","method":"tenderly_setCode","params":["0x7000000000000000000000000000000000000007","0x"]}
<< {"jsonrpc":"2.0","id":6,"result":true}
