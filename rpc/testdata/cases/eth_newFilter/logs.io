// a filter of logs
// speconly: filters have random names
>> {"id":1,"jsonrpc":"2.0","method":"eth_newFilter","params":[{"address":"0x2946259e0334f33a064106302415ad3391bed384","fromBlock":"earliest","toBlock":"latest"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0xa0852a801c780f0acf43f7242612d77d"}
