// an address that nothing happened to
>> {"id":1,"jsonrpc":"2.0","method":"monolith_addressTransactions","params":["0x883d01eae6eaac077e126ddb32cd53550966ed76",null,10]}
<< {"jsonrpc":"2.0","id":1,"result":{"transactions":[],"next":null}}
