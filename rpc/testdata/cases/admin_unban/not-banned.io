// a ban that there is not
>> {"id":1,"jsonrpc":"2.0","method":"admin_unban","params":["192.0.2.0/24"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"unban: 192.0.2.0/24: not banned"}}
