// subscribes to the progress of synchronisation
// speconly: subscriptions have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["syncing"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xea937679343af95910a040de2e775d79"}
