// a fee above the cap that protects from slips
>> {"id":1,"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0xf86b808a021e19e0c9bab24000008252089470000000000000000000000000000000000000078080822147a073625c875107ea5d6a412996614024682bf2858f1ac4f454667a5f3d3612f5aaa06d681dd9f2c886a337f2351adf5fb2737e2c4f71892ea7122e06ce509f7f0e0b"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"tx fee (210000000.00 ether) exceeds the configured cap (1.00 ether) (see --rpc.txfeecap)"}}
