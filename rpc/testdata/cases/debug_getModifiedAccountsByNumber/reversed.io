// a range that ends before it begins
>> {"id":1,"jsonrpc":"2.0","method":"debug_getModifiedAccountsByNumber","params":[8,5]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"start block height (8) must be less than end block height (5)"}}
