// no request of JSON-RPC 2.0
>> {"id":1,"method":"eth_chainId","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"invalid request"}}
