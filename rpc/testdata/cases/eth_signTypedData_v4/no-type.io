// data without its type
>> {"id":1,"jsonrpc":"2.0","method":"eth_signTypedData_v4","params":["0xf7edc8fa1ecc32967f827c9043fcae6ba73afa5c",{"domain":{},"message":{},"primaryType":"Mail","types":{}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"typed data: domain is undefined"}}
