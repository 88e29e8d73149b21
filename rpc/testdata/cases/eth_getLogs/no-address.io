// an address has 20 bytes
>> {"id":1,"jsonrpc":"2.0","method":"eth_getLogs","params":[{"address":"0x12","fromBlock":"earliest","toBlock":"latest"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: invalid address: hex has invalid length 1 after decoding; expected 20 for address"}}
