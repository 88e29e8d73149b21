// there is nothing to do while mining is off
>> {"id":1,"jsonrpc":"2.0","method":"eth_getWork","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"mining is off: start the node with --mine (and --miner.threads 0 to leave all of it to external miners), or call miner_start over IPC"}}
