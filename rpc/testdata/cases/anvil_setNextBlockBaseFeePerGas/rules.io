// what the rules of the chain settle
>> {"id":1,"jsonrpc":"2.0","method":"anvil_setNextBlockBaseFeePerGas","params":["0x1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: the base fee of the next block is 90732685 wei and no other, which EIP-1559 computes from the block before; mine empty blocks, each of which lowers it by an eighth, or full ones, which raise it"}}
>> {"id":2,"jsonrpc":"2.0","method":"hardhat_setNextBlockBaseFeePerGas","params":["0x1"]}
<< {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: the base fee of the next block is 90732685 wei and no other, which EIP-1559 computes from the block before; mine empty blocks, each of which lowers it by an eighth, or full ones, which raise it"}}
>> {"id":3,"jsonrpc":"2.0","method":"anvil_setMinGasPrice","params":["0x1"]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: there is no minimum gas price on a chain with EIP-1559; the lowest tip is set by --miner.gasprice"}}
>> {"id":4,"jsonrpc":"2.0","method":"hardhat_setMinGasPrice","params":["0x1"]}
<< {"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: there is no minimum gas price on a chain with EIP-1559; the lowest tip is set by --miner.gasprice"}}
>> {"id":5,"jsonrpc":"2.0","method":"anvil_setPrevRandao","params":["0x0000000000000000000000000000000000000000000000000000000000000000"]}
<< {"jsonrpc":"2.0","id":5,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: PREVRANDAO is fixed by the block before: a block with another value is invalid; use the block override prevRandao of eth_call, or eth_simulateV1"}}
>> {"id":6,"jsonrpc":"2.0","method":"hardhat_setPrevRandao","params":["0x0000000000000000000000000000000000000000000000000000000000000000"]}
<< {"jsonrpc":"2.0","id":6,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: PREVRANDAO is fixed by the block before: a block with another value is invalid; use the block override prevRandao of eth_call, or eth_simulateV1"}}
>> {"id":7,"jsonrpc":"2.0","method":"anvil_setChainId","params":["0x1"]}
<< {"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: the chain's id is 4242 for good; make a genesis file with another one: monolith genesis new"}}
>> {"id":8,"jsonrpc":"2.0","method":"hardhat_setChainId","params":["0x1"]}
<< {"jsonrpc":"2.0","id":8,"error":{"code":-32000,"message":"not on this chain, whose blocks every node verifies: the chain's id is 4242 for good; make a genesis file with another one: monolith genesis new"}}
