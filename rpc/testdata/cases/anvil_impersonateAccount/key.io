// an account whose key the node has
>> {"id":1,"jsonrpc":"2.0","method":"anvil_impersonateAccount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
>> {"id":2,"jsonrpc":"2.0","method":"hardhat_impersonateAccount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
>> {"id":3,"jsonrpc":"2.0","method":"anvil_stopImpersonatingAccount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":3,"result":null}
>> {"id":4,"jsonrpc":"2.0","method":"hardhat_stopImpersonatingAccount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"]}
<< {"jsonrpc":"2.0","id":4,"result":true}
>> {"id":5,"jsonrpc":"2.0","method":"anvil_autoImpersonateAccount","params":[false]}
<< {"jsonrpc":"2.0","id":5,"result":null}
>> {"id":6,"jsonrpc":"2.0","method":"hardhat_autoImpersonateAccount","params":[false]}
<< {"jsonrpc":"2.0","id":6,"result":true}
