// there are not so many blocks
>> {"id":1,"jsonrpc":"2.0","method":"anvil_reorg","params":[100,[]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"there are no 100 blocks to drop: the head is block 17"}}
