// a nonce for a job that there is not
>> {"id":1,"jsonrpc":"2.0","method":"eth_submitWork","params":["0x0000000000000001","0x00000000000000000000000000000000000000000000000000000000deadbeef","0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"result":false}
