// one pending and one queued transaction
>> {"id":1,"jsonrpc":"2.0","method":"txpool_status","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"pending":"0x1","queued":"0x1"}}
