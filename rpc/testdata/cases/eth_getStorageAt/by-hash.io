// at a block by its hash (EIP-1898)
>> {"id":1,"jsonrpc":"2.0","method":"eth_getStorageAt","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0",{"blockHash":"0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543","requireCanonical":true}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0000000000000000000000000000000000000000000000000000000000000003"}
