// a recipient has 20 bytes
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"to":"nobody"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: json: cannot unmarshal hex string without 0x prefix into Go struct field callArgs.to of type common.Address"}}
