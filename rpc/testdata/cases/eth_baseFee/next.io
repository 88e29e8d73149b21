// the next block's base fee
>> {"id":1,"jsonrpc":"2.0","method":"eth_baseFee","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0x568788d"}
