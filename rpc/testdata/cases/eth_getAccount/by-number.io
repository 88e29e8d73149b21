// in the middle of the chain
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccount","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","0x9"]}
<< {"jsonrpc":"2.0","id":1,"result":{"balance":"0x0","nonce":"0x1","codeHash":"0x3607d42c2a7ba5a310594f62738bd5da62041cf6e7485aeaf9a06f60773bf6b7","storageRoot":"0xdb913528a1ccbc4403ae18eb823863b107a1c01c008f0ebccbd896e03c5f9792"}}
