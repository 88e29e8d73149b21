// a backup that was never begun
>> {"id":1,"jsonrpc":"2.0","method":"admin_stopBackup","params":["NONE"]}
<< {"jsonrpc":"2.0","id":1,"result":false}
