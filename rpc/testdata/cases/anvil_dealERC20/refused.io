// balances of tokens are changed by transactions only
>> {"id":1,"jsonrpc":"2.0","method":"anvil_dealERC20","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: only a token's contract can change its balances; have its owner mint them, or a holder send them, in a transaction"}}
>> {"id":2,"jsonrpc":"2.0","method":"anvil_setERC20Allowance","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0x6813eb9362372eef6200f3b1dbc3f819671cba69","0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x1"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: only a token's contract can change its allowances; have the owner approve it in a transaction"}}
