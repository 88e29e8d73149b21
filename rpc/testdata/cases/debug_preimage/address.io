// the address that is hashed to a key
>> {"id":1,"jsonrpc":"2.0","method":"debug_preimage","params":["0x534400378e7ef497782155838591e6028759ec73d32c31b61695d31ceabdc033"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"}
