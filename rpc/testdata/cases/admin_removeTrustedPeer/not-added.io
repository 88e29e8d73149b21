// a peer that was never trusted
>> {"id":1,"jsonrpc":"2.0","method":"admin_removeTrustedPeer","params":["/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmVkKntsECaYfefR1V2yCR79YegLATuTPE6B9TxgxBiiiA"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"untrust \"/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmVkKntsECaYfefR1V2yCR79YegLATuTPE6B9TxgxBiiiA\": no such target"}}
