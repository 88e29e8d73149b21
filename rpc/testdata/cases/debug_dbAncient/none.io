// the freezer is for old blocks
>> {"id":1,"jsonrpc":"2.0","method":"debug_dbAncient","params":["headers",1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"out of bounds"}}
