// files are not written where there is no folder
>> {"id":1,"jsonrpc":"2.0","method":"debug_cpuProfile","params":["/nowhere/profile",1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":2,"jsonrpc":"2.0","method":"debug_startCPUProfile","params":["/nowhere/profile"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":3,"jsonrpc":"2.0","method":"debug_stopCPUProfile","params":[]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"CPU profiling not in progress"}}
>> {"id":4,"jsonrpc":"2.0","method":"debug_goTrace","params":["/nowhere/profile",1]}
<< {"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":5,"jsonrpc":"2.0","method":"debug_startGoTrace","params":["/nowhere/profile"]}
<< {"jsonrpc":"2.0","id":5,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":6,"jsonrpc":"2.0","method":"debug_stopGoTrace","params":[]}
<< {"jsonrpc":"2.0","id":6,"error":{"code":-32000,"message":"trace not in progress"}}
>> {"id":7,"jsonrpc":"2.0","method":"debug_blockProfile","params":["/nowhere/profile",1]}
<< {"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":8,"jsonrpc":"2.0","method":"debug_writeBlockProfile","params":["/nowhere/profile"]}
<< {"jsonrpc":"2.0","id":8,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":9,"jsonrpc":"2.0","method":"debug_mutexProfile","params":["/nowhere/profile",1]}
<< {"jsonrpc":"2.0","id":9,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":10,"jsonrpc":"2.0","method":"debug_writeMutexProfile","params":["/nowhere/profile"]}
<< {"jsonrpc":"2.0","id":10,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
>> {"id":11,"jsonrpc":"2.0","method":"debug_writeMemProfile","params":["/nowhere/profile"]}
<< {"jsonrpc":"2.0","id":11,"error":{"code":-32000,"message":"open /nowhere/profile: no such file or directory"}}
