// the head's number
>> {"id":1,"jsonrpc":"2.0","method":"eth_blockNumber","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x11"}
