// no block is asked for
>> {"id":1,"jsonrpc":"2.0","method":"monolith_miners","params":[0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"0 blocks are asked for, it must be from 1 to 10000"}}
