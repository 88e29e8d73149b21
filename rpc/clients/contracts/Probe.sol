// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Everything that can go wrong in a call, and something that goes right.
contract Probe {
    error TooBig(uint256 given, uint256 max);

    event Bumped(address indexed who, uint256 n);

    uint256 public n;

    function bump(uint256 by) external returns (uint256) {
        if (by > 10) revert TooBig(by, 10);
        n += by;
        emit Bumped(msg.sender, n);
        return n;
    }

    function fail() external pure {
        revert("no way");
    }

    function divide(uint256 by) external pure returns (uint256) {
        return 1 / by;
    }

    function time() external view returns (uint256 number, uint256 timestamp) {
        return (block.number, block.timestamp);
    }
}
