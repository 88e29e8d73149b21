// a filter of blocks
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newBlockFilter","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0xe0730a6ed19cf781f19e387887014f4b"}
