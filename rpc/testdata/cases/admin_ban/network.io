// a network that is kept out for an hour
// speconly: bans end at a time
>> {"id":1,"jsonrpc":"2.0","method":"admin_ban","params":["192.0.2.0/24",3600,"test"]}
<< {"jsonrpc":"2.0","id":1,"result":true}
>> {"id":2,"jsonrpc":"2.0","method":"admin_bans","params":[]}
<< {"jsonrpc":"2.0","id":2,"result":[{"target":"192.0.2.0/24","reason":"test","expires":"2026-11-23T01:02:57Z"}]}
>> {"id":3,"jsonrpc":"2.0","method":"admin_unban","params":["192.0.2.0/24"]}
<< {"jsonrpc":"2.0","id":3,"result":true}
