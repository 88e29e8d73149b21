// a transaction that was mined
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0xf86b8085174876e800827530947000000000000000000000000000000000000007018568656c6c6f822147a00baecdf478354670e6526e3c2bfae40e0e885f440a160a92881a40f76324c827a0591534bad109ff909d2ca9460044a55c47868b54891aca0cfd46b27b0ca1c796"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"nonce too low: next nonce 3, tx nonce 0"}}
