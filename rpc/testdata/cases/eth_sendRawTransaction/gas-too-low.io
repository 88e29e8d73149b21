// less gas than the cheapest transaction costs
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0x02f86d82109280843b9aca0085174876e8008252079470000000000000000000000000000000000000078080c080a0f8c1927a884de75c621c4db4cb811b2ec6c38423f63f37cba80fe236fa32da7fa03a2ba34bb668ddb904100f5e3e39b4b7c77abd70f46946dce964b96d8968265b"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"intrinsic gas too low: gas 20999, minimum needed 21000"}}
