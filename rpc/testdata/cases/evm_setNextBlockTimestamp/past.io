// a block is not older than its parent
>> {"id":1,"jsonrpc":"2.0","method":"evm_setNextBlockTimestamp","params":[1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"timestamp 1 is lower than or equal to previous block's timestamp 1735689617"}}
