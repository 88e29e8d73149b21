// at a block by its hash (EIP-1898)
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccount","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b",{"blockHash":"0x5e2dd7302516df169982f4fe0dea89d215cfe8ffa8a9dfd7d0671b8258b0e543","requireCanonical":true}]}
<< {"jsonrpc":"2.0","id":1,"result":{"balance":"0x0","nonce":"0x1","codeHash":"0x3607d42c2a7ba5a310594f62738bd5da62041cf6e7485aeaf9a06f60773bf6b7","storageRoot":"0xdb913528a1ccbc4403ae18eb823863b107a1c01c008f0ebccbd896e03c5f9792"}}
