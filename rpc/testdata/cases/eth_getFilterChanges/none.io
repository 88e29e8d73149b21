// nothing has come
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newBlockFilter","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0xca22b7f34aacec85b2fc4316e6afe026"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_getFilterChanges","params":["0xca22b7f34aacec85b2fc4316e6afe026"]}
<< {"jsonrpc":"2.0","id":2,"result":[]}
