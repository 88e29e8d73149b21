// who made a contract
>> {"id":1,"jsonrpc":"2.0","method":"ots_getContractCreator","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b"]}
<< {"jsonrpc":"2.0","id":1,"result":{"hash":"0xcdb5d2b5624aad78aafc713894acd24dc74137cd627ee05afe19e7acd55b6619","creator":"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"}}
