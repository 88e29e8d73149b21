// a batch has an answer for each request, errors too
>> [{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"eth_nothing"},1]
<< [{"jsonrpc":"2.0","id":"a","result":"0x1092"},{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"the method eth_nothing does not exist/is not available"}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]
