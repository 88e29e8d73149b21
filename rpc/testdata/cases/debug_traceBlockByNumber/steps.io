// a block with transfers, step by step
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceBlockByNumber","params":["0x3"]}
<< {"jsonrpc":"2.0","id":1,"result":[{"txHash":"0xb81c0216f37b591a31df8b290ca2ef4ced97a57ccb60a9d131f7193f43e00c7a","result":{"gas":21200,"failed":false,"returnValue":"0x","structLogs":[]}},{"txHash":"0x734a6ad6e11be492f8269dd058c43bc69a37f0cfc397954312b418b6e3205871","result":{"gas":21000,"failed":false,"returnValue":"0x","structLogs":[]}}]}
