// an address has to wait for its next gift
// speconly: the error says how long
>> {"id":1,"jsonrpc":"2.0","method":"monolith_faucet","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x880eb6f72a377a9637b6886dee2d3ebe066fd687282d6b1de2f70a3292f2c235"}
>> {"id":2,"jsonrpc":"2.0","method":"monolith_faucet","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32005,"message":"0x7000000000000000000000000000000000000007 was given something already: ask again in 1m0s (see --faucet.interval)"}}
