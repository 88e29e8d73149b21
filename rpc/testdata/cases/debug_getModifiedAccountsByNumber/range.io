// accounts that three blocks have changed
>> {"id":1,"jsonrpc":"2.0","method":"debug_getModifiedAccountsByNumber","params":[5,8]}
<< {"jsonrpc":"2.0","id":1,"result":["0x1eff47bc3a10a45d4b230b5d10e37751fe6aa718","0xe57bfe9f44b819898f47bf37e5af72a0783e1141","0x000f3df6d732807ef1319fb7b8bb8522d0beac02","0xd41c057fd1c78805aac12b0a94a405c0461a6fbb","0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x0000f90827f1c53a10cb7a02335b175320002935","0x2b5ad5c4795c026514f8317c7a215e218dccd6cf","0xee00000000000000000000000000000000000fee"]}
