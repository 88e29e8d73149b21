// transactions in the pool of accounts whose keys the node holds
>> {"id":1,"jsonrpc":"2.0","method":"eth_pendingTransactions","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
