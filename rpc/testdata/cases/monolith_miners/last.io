// who mined the last five blocks
>> {"id":1,"jsonrpc":"2.0","method":"monolith_miners","params":["0x5"]}
<< {"jsonrpc":"2.0","id":1,"result":{"from":"0xd","to":"0x11","miners":[{"address":"0xee00000000000000000000000000000000000fee","blocks":"0x5","subsidy":"0x8ac7230489e80000","fees":"0x0","lastBlock":"0x11","lastTime":"0x677485c4","difficulty":"0x5"}]}}
