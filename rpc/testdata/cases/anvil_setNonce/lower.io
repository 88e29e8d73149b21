// a nonce never goes back
>> {"id":1,"jsonrpc":"2.0","method":"anvil_setNonce","params":["0x6813eb9362372eef6200f3b1dbc3f819671cba69","0x0"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"a nonce can only grow: it is 1 already"}}
