// a hash of nothing in the state
>> {"id":1,"jsonrpc":"2.0","method":"debug_preimage","params":["0x00000000000000000000000000000000000000000000000000000000deadbeef"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"unknown preimage (see --state.preimages)"}}
