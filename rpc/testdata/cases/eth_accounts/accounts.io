// accounts whose keys the node holds
>> {"id":1,"jsonrpc":"2.0","method":"eth_accounts","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":["0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c"]}
