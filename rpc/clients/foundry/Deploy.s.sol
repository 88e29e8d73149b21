// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Probe} from "../contracts/Probe.sol";
import {Token} from "../contracts/Token.sol";

interface Vm {
    function startBroadcast() external;
    function stopBroadcast() external;
}

contract Deploy {
    Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bool public IS_SCRIPT = true;

    function run() external {
        vm.startBroadcast();
        Token token = new Token("Gold", "GLD");
        token.mint(address(0xbeef), 5);
        Probe probe = new Probe();
        probe.bump(7);
        vm.stopBroadcast();
        require(token.balanceOf(address(0xbeef)) == 5 && probe.n() == 7, "simulated");
    }
}
