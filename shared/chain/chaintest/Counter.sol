// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What tests and benchmarks call. Counter.bin is made of it by
/// solcjs --bin --optimize Counter.sol
contract Counter {
    uint256 public count;

    event Incremented(address indexed by, uint256 count);

    error TooLow(uint256 have, uint256 want);

    function increment() external returns (uint256) {
        count++;
        emit Incremented(msg.sender, count);
        return count;
    }

    function refuse() external pure {
        require(false, "no luck");
    }

    function atLeast(uint256 want) external view {
        if (count < want) revert TooLow(count, want);
    }

    function divide(uint256 by) external view returns (uint256) {
        return count / by;
    }

    function spin() external view {
        while (gasleft() > 0) {}
    }

    function here() external view returns (uint256, uint256, address, uint256, uint256, bytes32) {
        return (block.number, block.timestamp, block.coinbase, block.basefee, block.prevrandao, blockhash(block.number - 1));
    }

    function price() external view returns (uint256) {
        return tx.gasprice;
    }
}
