// who is paid for the blocks mined here
>> {"id":1,"jsonrpc":"2.0","method":"eth_coinbase","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"0xee00000000000000000000000000000000000fee"}
