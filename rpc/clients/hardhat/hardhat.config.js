import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatNodeTestRunner from "@nomicfoundation/hardhat-node-test-runner";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import hardhatViemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  plugins: [hardhatViem, hardhatViemAssertions, hardhatNodeTestRunner, hardhatNetworkHelpers],
  solidity: { version: "0.8.28", path: here("../node_modules/solc/soljson.js") },
  paths: { sources: here("../contracts"), tests: here("specs"), artifacts: here("../.work/hardhat/artifacts"), cache: here("../.work/hardhat/cache") },
  networks: { monolith: { type: "http", url: process.env.ETH_RPC_URL } },
};
