// a call of a contract by another moves no ether
>> {"id":1,"jsonrpc":"2.0","method":"ots_getInternalOperations","params":["0xe96ce55dc034f84e1859062d480bc2d5962d923729a97153d1ed735154616261"]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
