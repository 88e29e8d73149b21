// an account without tokens
>> {"id":1,"jsonrpc":"2.0","method":"monolith_addressTransfers","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf",null,10]}
<< {"jsonrpc":"2.0","id":1,"result":{"transfers":[],"next":null}}
