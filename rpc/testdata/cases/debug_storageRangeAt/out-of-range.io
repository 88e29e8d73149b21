// the block has not so many transactions
>> {"id":1,"jsonrpc":"2.0","method":"debug_storageRangeAt","params":["0x8",3,"0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x",10]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"transaction index 3 out of range for block 0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543"}}
