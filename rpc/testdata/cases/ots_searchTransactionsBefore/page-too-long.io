// more transactions than a page may have
>> {"id":1,"jsonrpc":"2.0","method":"ots_searchTransactionsBefore","params":["0xf1f6619b38a98d6de0800f1defc0a6399eb6d30c",0,26]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"page of 26 transactions, from 1 to 25 is possible"}}
