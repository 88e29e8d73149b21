// accounts that a block has changed
>> {"id":1,"jsonrpc":"2.0","method":"debug_getModifiedAccountsByHash","params":["0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543"]}
<< {"jsonrpc":"2.0","id":1,"result":["0x1eff47bc3a10a45d4b230b5d10e37751fe6aa718","0x000f3df6d732807ef1319fb7b8bb8522d0beac02","0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0000f90827f1c53a10cb7a02335b175320002935","0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0xee00000000000000000000000000000000000fee"]}
