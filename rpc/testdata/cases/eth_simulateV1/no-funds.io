// more than the sender has
>> {"id":1,"jsonrpc":"2.0","method":"eth_simulateV1","params":[{"blockStateCalls":[{"calls":[{"from":"0x0000000000000000000000000000000000000009","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}],"validation":false},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-38014,"message":"err: insufficient funds for gas * price + value: address 0x0000000000000000000000000000000000000009 have 0 want 1 (supplied gas 50000000)"}}
