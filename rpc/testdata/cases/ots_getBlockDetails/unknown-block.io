// a block that does not exist
>> {"id":1,"jsonrpc":"2.0","method":"ots_getBlockDetails","params":[4096]}
<< {"jsonrpc":"2.0","id":1,"result":null}
