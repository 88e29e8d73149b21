// a peer to dial
>> {"id":1,"jsonrpc":"2.0","method":"admin_addPeer","params":["/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmVkKntsECaYfefR1V2yCR79YegLATuTPE6B9TxgxBiiiA"]}
<< {"jsonrpc":"2.0","id":1,"result":true}
>> {"id":2,"jsonrpc":"2.0","method":"admin_removePeer","params":["/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmVkKntsECaYfefR1V2yCR79YegLATuTPE6B9TxgxBiiiA"]}
<< {"jsonrpc":"2.0","id":2,"result":true}
