// a block by its hash
>> {"id":1,"jsonrpc":"2.0","method":"eth_getUncleByBlockHashAndIndex","params":["0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543","0x0"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
