// an account that is rich for once
>> {"id":1,"jsonrpc":"2.0","method":"eth_estimateGas","params":[{"from":"0x0000000000000000000000000000000000000009","to":"0x7000000000000000000000000000000000000007","value":"0x1"},"latest",{"0x0000000000000000000000000000000000000009":{"balance":"0xde0b6b3a7640000"}}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x5208"}
