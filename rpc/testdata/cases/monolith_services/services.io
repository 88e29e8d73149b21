// the parts of the node, with what each was built from
// speconly: they are since a time
>> {"id":1,"jsonrpc":"2.0","method":"monolith_services","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":[{"name":"chain","state":"starting","since":"0x1a2062892c4","error":"starting","dependsOn":[]},{"name":"txpool","state":"starting","since":"0x1a2062892c4","error":"starting","dependsOn":["chain"]},{"name":"miner","state":"starting","since":"0x1a2062892c4","error":"starting","dependsOn":["chain"]}]}
