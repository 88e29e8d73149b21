// the genesis block
>> {"id":1,"jsonrpc":"2.0","method":"debug_getRawReceipts","params":["earliest"]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
