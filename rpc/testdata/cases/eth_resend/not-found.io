// a transaction that is not in the pool
>> {"id":1,"jsonrpc":"2.0","method":"eth_resend","params":[{"from":"0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c","gas":"0x5208","gasPrice":"0x174876e800","nonce":"0x1","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"transaction 0xb5a54091d91e95b079cc4dd55035eb924567c093fc896c3923731059ca42fb31 not found"}}
