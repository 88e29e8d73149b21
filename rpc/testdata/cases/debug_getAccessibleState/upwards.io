// the first block whose state can be read
>> {"id":1,"jsonrpc":"2.0","method":"debug_getAccessibleState","params":["0x0","latest"]}
<< {"jsonrpc":"2.0","id":1,"result":0}
