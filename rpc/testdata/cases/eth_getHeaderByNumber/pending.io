// null, as the specification wants it
>> {"id":1,"jsonrpc":"2.0","method":"eth_getHeaderByNumber","params":["pending"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
