import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync, rmSync } from "node:fs";
import { bytesToHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { call, mnemonic, start } from "./lib/node.mjs";
import { tool } from "./lib/tool.mjs";

const folder = (path) => new URL(path, import.meta.url).pathname;
const key = bytesToHex(mnemonicToAccount(mnemonic).getHdKey().privateKey);

let node, forge, env;

before(async () => {
  rmSync(folder(".work/foundry/broadcast"), { recursive: true, force: true });
  node = await start();
  env = { ETH_RPC_URL: node.url, FOUNDRY_DISABLE_NIGHTLY_WARNING: "1" };
  forge = (...args) => tool("forge", env, folder("."))(...args);
});

after(() => node.stop());

test("forge create", async () => {
  const out = await forge("create", "contracts/Probe.sol:Probe", "--rpc-url", node.url, "--private-key", key, "--broadcast", "--json");
  const { deployedTo } = JSON.parse(out.slice(out.indexOf("{")));
  env.PROBE = deployedTo;
  assert.notEqual(await call(node.url, "eth_getCode", deployedTo, "latest"), "0x");
  await tool("cast", env)("send", "--private-key", key, deployedTo, "bump(uint256)", "7");
});

test("forge test on a fork of the live chain", async () => {
  const out = await forge("test", "-vvv");
  assert.match(out, /3 passed; 0 failed/);
});

for (const [name, flags] of [["with a key", ["--private-key", key]], ["through the node's accounts", ["--unlocked", "--sender", mnemonicToAccount(mnemonic, { addressIndex: 1 }).address]]]) {
  test(`forge script, ${name}`, async () => {
    const out = await forge("script", "foundry/Deploy.s.sol", "--tc", "Deploy", "--rpc-url", node.url, "--broadcast", ...flags);
    assert.match(out, /ONCHAIN EXECUTION COMPLETE & SUCCESSFUL/);
    const run = JSON.parse(readFileSync(folder(".work/foundry/broadcast/Deploy.s.sol/1337/run-latest.json"), "utf8"));
    assert.equal(run.receipts.length, 4);
    assert.ok(run.receipts.every((receipt) => receipt.status === "0x1"));
  });
}
