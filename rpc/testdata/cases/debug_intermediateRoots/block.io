// the state root after each of two transactions
>> {"id":1,"jsonrpc":"2.0","method":"debug_intermediateRoots","params":["0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543"]}
<< {"jsonrpc":"2.0","id":1,"result":["0x63ada3118e671d8de8d49ad204ae3f52f6ce4f2424b57fb90caa5b1641927134","0x4d560cf16d6358e10487fc10461299cc636422159b3a7905f6711a4db36c72e3"]}
