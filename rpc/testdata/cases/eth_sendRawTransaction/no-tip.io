// a tip below what the pool takes
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0x02f869821092808085174876e8008252089470000000000000000000000000000000000000078080c001a099bf8b136b167393fa977cb5f5ef25691468813b28199c1fd226d1738af7d760a07d92949f741b32efceb03b422edc7e0108ae8e5a0e3c2f97c62293fac864dbe7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"transaction gas price below minimum: gas tip cap 0, minimum needed 1"}}
