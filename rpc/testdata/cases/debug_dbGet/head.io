// what the database has under a key
>> {"id":1,"jsonrpc":"2.0","method":"debug_dbGet","params":["0x4c617374426c6f636b"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x73d6c551e1ab3b8f89dbcdc21fb5f3c065c42a84645cb4e85ca543918671f3a7"}
