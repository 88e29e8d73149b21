// more than the sender has
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0x02f86d82109280843b9aca0085174876e8008252089470000000000000000000000000000000000000078080c080a03636156b35148d51e792de43512768e9740f1fb351efeb4e7490963e5f7fa75ea0386681d5019ad05f87551ae33f7fa56766dde9aeb9f249f5c059b98ee85f6091"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"insufficient funds for gas * price + value: balance 0, tx cost 2100000000000000, overshot 2100000000000000"}}
