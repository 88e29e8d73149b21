// the account is missing
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBalance","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 0"}}
