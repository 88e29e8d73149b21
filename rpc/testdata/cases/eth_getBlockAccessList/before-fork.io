// blocks have had no access list yet (EIP-7928)
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockAccessList","params":["latest"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
