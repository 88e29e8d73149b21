// subscribes to pending transactions in full
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["newPendingTransactions",true]}
<< {"jsonrpc":"2.0","id":1,"result":"0xeafe591e5c92c70e5f433e07ed29ef0f"}
