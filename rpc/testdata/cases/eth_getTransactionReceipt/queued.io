// receipt of a transaction: queued
>> {"id":1,"jsonrpc":"2.0","method":"eth_getTransactionReceipt","params":["0x24a2806e63c668b560423ea3f46e54c1e28ba2e14936808a9aa2a7764e6d789c"]}
<< {"jsonrpc":"2.0","id":1,"result":null}
