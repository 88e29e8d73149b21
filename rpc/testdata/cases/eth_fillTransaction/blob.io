// there are no blobs here
>> {"id":1,"jsonrpc":"2.0","method":"eth_fillTransaction","params":[{"blobVersionedHashes":["0x00000000000000000000000000000000000000000000000000000000deadbeef"],"from":"0x4cceba2d7d2b4fdce4304d3e09a1fea9fbeb1528","to":"0x7000000000000000000000000000000000000007"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"blob transactions are not supported"}}
