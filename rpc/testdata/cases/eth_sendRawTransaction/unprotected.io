// a transaction that any chain would take (EIP-155)
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0xf8648085174876e80082520894700000000000000000000000000000000000000780801ca02c78983eae5ce95dd4877397720829ac1ca95914fce4a478c9a6a4b540c23a38a07f05959e04103bbb0ecb72c06f6f803989976d965d8f1492f153252cfe2e25e7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"only replay-protected (EIP-155) transactions allowed over RPC (see --rpc.allow-unprotected-txs)"}}
