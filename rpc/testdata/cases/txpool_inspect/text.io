// one pending and one queued transaction, a line each
>> {"id":1,"jsonrpc":"2.0","method":"txpool_inspect","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"pending":{"0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF":{"3":"0x7000000000000000000000000000000000000007: 1 wei + 21000 gas × 100000000000 wei"}},"queued":{"0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69":{"5":"0x7000000000000000000000000000000000000007: 1 wei + 21000 gas × 100000000000 wei"}}}}
