// nobody there has money to give away
>> {"id":1,"jsonrpc":"2.0","method":"monolith_faucet","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"there is no faucet: only development chains (--dev) have money to give away"}}
