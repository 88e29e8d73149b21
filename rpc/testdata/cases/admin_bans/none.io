// nobody is banned
>> {"id":1,"jsonrpc":"2.0","method":"admin_bans","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
