// there is no such topic
>> {"id":1,"jsonrpc":"2.0","method":"eth_subscribe","params":["nothing"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no \"nothing\" subscription in eth namespace"}}
