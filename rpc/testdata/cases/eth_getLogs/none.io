// a contract that logs nothing
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"address":"0xde09e74d4888bc4e65f589e8c13bce9f71ddf4c7","fromBlock":"earliest","toBlock":"latest"}]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
