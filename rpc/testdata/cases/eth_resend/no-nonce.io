// a transaction without its nonce
>> {"id":1,"jsonrpc":"2.0","method":"eth_resend","params":[{"from":"0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c","gas":"0x5208","maxFeePerGas":"0x174876e800","maxPriorityFeePerGas":"0x3b9aca00","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"missing transaction nonce in transaction spec"}}
