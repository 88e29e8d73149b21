// what recent transactions have paid, but no less than a gwei
>> {"id":1,"jsonrpc":"2.0","method":"eth_maxPriorityFeePerGas","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x3b9aca00"}
