// no block was refused
>> {"id":1,"jsonrpc":"2.0","method":"debug_getBadBlocks","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
