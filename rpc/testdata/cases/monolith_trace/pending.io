// what is not mined has done nothing yet
>> {"id":1,"jsonrpc":"2.0","method":"monolith_trace","params":["0x93db0a9399fd6fd17d1ff51b2cad59c18b869a95342f981e9512fc0096173fe5"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"transaction not found"}}
