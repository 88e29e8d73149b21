// a filter of pending transactions in full
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newPendingTransactionFilter","params":[true]}
<< {"jsonrpc":"2.0","id":1,"result":"0x5fcfd756fcad7e02751983945895abfe"}
