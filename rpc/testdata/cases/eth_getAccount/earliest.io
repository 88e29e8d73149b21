// at the genesis block
>> {"id":1,"jsonrpc":"2.0","method":"eth_getAccount","params":["0xf2e246bb76df876cef8b38ae84130f4f55de395b","earliest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"balance":"0x0","nonce":"0x0","codeHash":"0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470","storageRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"}}
