// an account without code
>> {"id":1,"jsonrpc":"2.0","method":"ots_getContractCreator","params":["0xf1f6619b38a98d6de0800f1defc0a6399eb6d30c"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
