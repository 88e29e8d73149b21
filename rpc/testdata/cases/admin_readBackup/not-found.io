// a backup that was never begun
>> {"id":1,"jsonrpc":"2.0","method":"admin_readBackup","params":["NONE","0x1000"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"there is no such backup, or no more: nobody read it for 30s"}}
