// less gas than any transaction needs
>> {"id":1,"jsonrpc":"2.0","method":"eth_call","params":[{"gas":"0x5207","to":"0xf2e246bb76df876cef8b38ae84130f4f55de395b"},"latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"err: intrinsic gas too low: have 20999, want 21000 (supplied gas 20999)"}}
