// an address has 20 bytes
>> {"id":1,"jsonrpc":"2.0","method":"txpool_contentFrom","params":["0x12"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: hex string has length 2, want 40 for common.Address"}}
