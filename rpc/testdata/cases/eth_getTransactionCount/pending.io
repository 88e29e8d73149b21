// after the pending transactions
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionCount","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","pending"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x4"}
