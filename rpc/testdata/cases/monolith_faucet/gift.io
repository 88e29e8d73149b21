// ether for an address, in a block at once
// speconly: it is in a block of now
>> {"id":1,"jsonrpc":"2.0","method":"monolith_faucet","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x880eb6f72a377a9637b6886dee2d3ebe066fd687282d6b1de2f70a3292f2c235"}
>> {"id":2,"jsonrpc":"2.0","method":"eth_getBalance","params":["0x7000000000000000000000000000000000000007"]}
<< {"jsonrpc":"2.0","id":2,"result":"0xde0b6b3a7640003"}
>> {"id":3,"jsonrpc":"2.0","method":"eth_getTransactionByHash","params":["0x880eb6f72a377a9637b6886dee2d3ebe066fd687282d6b1de2f70a3292f2c235"]}
<< {"jsonrpc":"2.0","id":3,"result":{"blockHash":"0x85945ced4786d19d21e621517939067c730fdc49852070a3e99be4491089c8f4","blockNumber":"0x12","blockTimestamp":"0x6b03a2d0","transactionIndex":"0x0","hash":"0x880eb6f72a377a9637b6886dee2d3ebe066fd687282d6b1de2f70a3292f2c235","from":"0xf1f6619b38a98d6de0800f1defc0a6399eb6d30c","to":"0x7000000000000000000000000000000000000007","type":"0x2","nonce":"0x1","value":"0xde0b6b3a7640000","input":"0x","gas":"0x5208","gasPrice":"0x4103428d","v":"0x1","r":"0x6e00484c0c13399754786c89dea2ed8ff4e64840b1e5bc6ca76f74229f823c7a","s":"0x6663598517c1498e41c5fc9044a66b8eceef11adb842a2428722c98c657ddb9a","chainId":"0x1092","yParity":"0x1","accessList":[],"maxFeePerGas":"0x47f74b42","maxPriorityFeePerGas":"0x3b9aca00"}}
