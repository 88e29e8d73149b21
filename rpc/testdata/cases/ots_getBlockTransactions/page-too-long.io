// more transactions than a page may have
>> {"id":1,"jsonrpc":"2.0","method":"ots_getBlockTransactions","params":[8,0,26]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"page of 26 transactions, the most is 25"}}
