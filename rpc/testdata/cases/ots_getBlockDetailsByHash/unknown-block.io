// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"ots_getBlockDetailsByHash","params":["0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
