// the version of Otterscan's API
>> {"id":1,"jsonrpc":"2.0","method":"ots_getApiLevel","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":8}
