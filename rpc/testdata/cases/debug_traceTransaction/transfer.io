// a transfer has no steps
>> {"id":1,"jsonrpc":"2.0","method":"debug_traceTransaction","params":["0xb81c0216f37b591a31df8b290ca2ef4ced97a57ccb60a9d131f7193f43e00c7a"]}
<< {"jsonrpc":"2.0","id":1,"result":{"gas":21200,"failed":false,"returnValue":"0x","structLogs":[]}}
