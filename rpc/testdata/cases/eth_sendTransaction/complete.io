// sends a transaction that says everything
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendTransaction","params":[{"from":"0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c","gas":"0x5208","maxFeePerGas":"0x174876e800","maxPriorityFeePerGas":"0x3b9aca00","nonce":"0x1","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x1baf95fd738368b7853ca889889dbfa71cedf71d381e53dcbe2e607b938ffe7e"}
