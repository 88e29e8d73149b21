// more than the sender has
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"from":"0x0000000000000000000000000000000000000009","to":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","value":"0x1"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"err: insufficient funds for gas * price + value: address 0x0000000000000000000000000000000000000009 have 0 want 1 (supplied gas 50000000)"}}
