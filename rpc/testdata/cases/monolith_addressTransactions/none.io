// no transaction is asked for
>> {"id":1,"jsonrpc":"2.0","method":"monolith_addressTransactions","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf",null,0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"count is 0, from 1 to 100 is possible"}}
