// a filter is removed once
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newBlockFilter","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0xb11a79d8bfa98dbe36ac2078f81a58a"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_uninstallFilter","params":["0xb11a79d8bfa98dbe36ac2078f81a58a"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
>> {"id":3,"jsonrpc":"2.0","method":"eth_uninstallFilter","params":["0xb11a79d8bfa98dbe36ac2078f81a58a"]}
<< {"jsonrpc":"2.0","id":3,"result":false}
