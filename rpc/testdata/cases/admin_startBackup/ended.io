// a copy of the node's data is begun, and ended
// speconly: every backup has its own name
>> {"id":1,"jsonrpc":"2.0","method":"admin_startBackup","params":[false]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"E4FS2QEKIM2SEUC6TROFNIVB3P","number":"0x7","hash":"0x000000000000000000000000000000000000000000000000000000000eadbeef","size":"0xbe"}}
