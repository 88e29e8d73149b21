// a number of threads that there cannot be
>> {"id":1,"jsonrpc":"2.0","method":"miner_setThreads","params":[-1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"--miner.threads must be from 0 to 1024, have -1"}}
