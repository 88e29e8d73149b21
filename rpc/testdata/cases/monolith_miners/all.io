// who mined the chain
>> {"id":1,"jsonrpc":"2.0","method":"monolith_miners","params":[10000]}
<< {"jsonrpc":"2.0","id":1,"result":{"from":"0x1","to":"0x11","miners":[{"address":"0xee00000000000000000000000000000000000fee","blocks":"0x11","subsidy":"0x1d7d843dc3b480000","fees":"0x221a8042d689d8","lastBlock":"0x11","lastTime":"0x677485c4","difficulty":"0x11"}]}}
