// a cursor that was never answered
>> {"id":1,"jsonrpc":"2.0","method":"monolith_addressTransfers","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","1",10]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"cursor is none that was answered before"}}
