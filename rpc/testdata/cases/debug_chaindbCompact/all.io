// the database is compacted
>> {"id":1,"jsonrpc":"2.0","method":"debug_chaindbCompact","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":null}
