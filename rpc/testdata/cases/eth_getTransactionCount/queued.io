// a transaction that waits for others does not count
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionCount","params":["0x6813eb9362372eef6200f3b1dbc3f819671cba69","pending"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x1"}
