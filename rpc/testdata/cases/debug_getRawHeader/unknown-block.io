// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"debug_getRawHeader","params":["0x1000"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x"}
