// an account without transactions
>> {"id":1,"jsonrpc":"2.0","method":"txpool_contentFrom","params":["0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528"]}
<< {"jsonrpc":"2.0","id":1,"result":{"pending":{},"queued":{}}}
