// base fee and tip
>> {"id":1,"jsonrpc":"2.0","method":"eth_gasPrice","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x41c90aa1"}
