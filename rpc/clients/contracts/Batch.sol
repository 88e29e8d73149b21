// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// What an account delegates to (EIP-7702): several calls in one transaction.
contract Batch {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    event Executed(uint256 calls);

    function execute(Call[] calldata calls) external payable {
        require(msg.sender == address(this), "not the account");
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok, ) = calls[i].to.call{value: calls[i].value}(calls[i].data);
            require(ok, "call failed");
        }
        emit Executed(calls.length);
    }

    receive() external payable {}
}
