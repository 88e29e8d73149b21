// signs "hello" as a message (EIP-191)
>> {"id":1,"jsonrpc":"2.0","method":"eth_sign","params":["0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c","0x68656c6c6f"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x9f9984dcb5569d503810fcaf4b866f171d46620934cdb3ee753dbd5b73f47ba616341434a684f30ab560e08cc7ae77bbf8513943b0648f5e3dcf04cf605cc8381c"}
