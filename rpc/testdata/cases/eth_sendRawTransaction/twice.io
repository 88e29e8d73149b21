// the pool has a transaction once
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0x02f86d82109203843b9aca0085174876e8008252089470000000000000000000000000000000000000070180c080a0570f5b97c4a56d50ba94f9151b0191c0e176694be62dc872cee7b527f3cb0bafa027a12704e3e78e79cecff407587a0230482c9d77950cac20b6babc80d62bae1f"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"already known"}}
