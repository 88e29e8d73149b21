// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Probe} from "../contracts/Probe.sol";
import {Token} from "../contracts/Token.sol";

interface Vm {
    function createSelectFork(string calldata url) external returns (uint256);
    function rollFork(uint256 number) external;
    function envString(string calldata name) external returns (string memory);
    function envAddress(string calldata name) external returns (address);
    function prank(address sender) external;
    function deal(address account, uint256 balance) external;
    function warp(uint256 timestamp) external;
    function rpc(string calldata method, string calldata params) external returns (bytes memory);
}

/// Runs on a fork of the live chain: every state it touches comes from the node.
contract LiveTest {
    Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Probe probe;

    function setUp() public {
        vm.createSelectFork(vm.envString("ETH_RPC_URL"));
        probe = Probe(vm.envAddress("PROBE"));
    }

    function test_SeesTheChain() public {
        require(probe.n() == 7, "the live contract's storage");
        probe.bump(3);
        require(probe.n() == 10, "its code runs here");
    }

    function test_SeesOldBlocks() public {
        vm.rollFork(1);
        require(address(probe).code.length > 0 && probe.n() == 0, "the state of block 1");
    }

    function test_Cheats() public {
        vm.deal(address(1), 5 ether);
        vm.prank(address(1));
        Token token = new Token("Gold", "GLD");
        require(token.owner() == address(1), "deployed by the pranked account");
        vm.warp(4_000_000_000);
        (, uint256 timestamp) = probe.time();
        require(timestamp == 4_000_000_000, "warped");
    }
}
