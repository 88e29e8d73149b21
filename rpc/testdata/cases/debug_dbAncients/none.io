// the freezer is for old blocks
>> {"id":1,"jsonrpc":"2.0","method":"debug_dbAncients","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":0}
