// a nonce has eight bytes
>> {"id":1,"jsonrpc":"2.0","method":"eth_submitWork","params":["0x01","0x00000000000000000000000000000000000000000000000000000000deadbeef","0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex string has length 2, want 16 for BlockNonce"}}
