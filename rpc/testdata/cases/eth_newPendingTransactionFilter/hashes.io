// a filter of pending transactions
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newPendingTransactionFilter","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0xec64c6e5a58aeb6f5e1bf6ba5c15bc5b"}
