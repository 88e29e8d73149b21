// the genesis block has none
>> {"id":1,"jsonrpc":"2.0","method":"eth_getBlockReceipts","params":["earliest"]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
