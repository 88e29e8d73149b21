// what names no peer
>> {"id":1,"jsonrpc":"2.0","method":"admin_addPeer","params":["/ip4/127.0.0.1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"target \"/ip4/127.0.0.1\": multiaddr without /p2p/\u003cpeer id\u003e at its end"}}
