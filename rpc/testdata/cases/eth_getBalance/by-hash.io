// at a block by its hash (EIP-1898)
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x2b5ad5c4795c026514f8317c7a215e218dccd6cf",{"blockHash":"0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543","requireCanonical":true}]}
<< {"jsonrpc":"2.0","id":1,"result":"0xd3c21bc72aafeb45e80f"}
