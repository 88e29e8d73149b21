// a transaction is hex
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["raw"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 0: json: cannot unmarshal hex string without 0x prefix into Go value of type hexutil.Bytes"}}
