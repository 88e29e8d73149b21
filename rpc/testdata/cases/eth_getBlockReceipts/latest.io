// an empty block
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockReceipts","params":["latest"]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
