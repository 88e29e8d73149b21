// sends a transaction that the node completes
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendTransaction","params":[{"from":"0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c","to":"0x7000000000000000000000000000000000000007","value":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"result":"0x2e1765ef542a7df9bd546a724d2418543b359e2ec5f86d181d9a7a2a018bbbb2"}
