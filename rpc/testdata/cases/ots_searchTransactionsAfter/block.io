// none of a contract's comes after the head
>> {"id":1,"jsonrpc":"2.0","method":"ots_searchTransactionsAfter","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x11",25]}
<< {"jsonrpc":"2.0","id":1,"result":{"txs":[],"receipts":[],"firstPage":true,"lastPage":false}}
