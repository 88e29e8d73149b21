import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mnemonicToAccount } from "viem/accounts";
import { bytesToHex } from "viem";
import { contracts } from "./lib/compile.mjs";
import { mnemonic, start } from "./lib/node.mjs";
import { tool } from "./lib/tool.mjs";

const account = (addressIndex) => mnemonicToAccount(mnemonic, { addressIndex });
const key = bytesToHex(account(0).getHdKey().privateKey);
const [sender, receiver] = [account(0).address, account(1).address];

let node, cast;

before(async () => {
  node = await start();
  cast = tool("cast", { ETH_RPC_URL: node.url });
});

after(() => node.stop());

const send = async (...args) => JSON.parse(await cast("send", "--json", "--private-key", key, ...args));

test("what the chain is", async () => {
  assert.equal(await cast("chain-id"), "1337");
  assert.equal(await cast("block-number"), "0");
  assert.match(await cast("client"), /Monolith\//);
  assert.match(await cast("gas-price"), /^\d+$/);
  assert.match(await cast("block"), /baseFeePerGas/);
});

test("transfers of every type", async () => {
  for (const type of [["--legacy"], []]) {
    const receipt = await send(receiver, "--value", "1", ...type);
    assert.equal(receipt.status, "0x1");
  }
  assert.equal(await cast("nonce", sender), "2");
});

test("a contract is deployed, called, traced", async () => {
  const { contractAddress: probe } = await send("--create", contracts.Probe.bytecode);
  const receipt = await send(probe, "bump(uint256)", "7");
  assert.equal(receipt.logs.length, 1);
  assert.equal(await cast("call", probe, "n()(uint256)"), "7");
  assert.equal(await cast("storage", probe, "0"), "0x" + "7".padStart(64, "0"));
  assert.match(await cast("logs", "--address", probe, "Bumped(address indexed,uint256)", "--from-block", "0"), /transactionHash/);
  assert.match(await cast("run", receipt.transactionHash), /successfully executed/);
  assert.match(await cast("rpc", "debug_traceTransaction", receipt.transactionHash, '{"tracer":"callTracer"}'), /"type":"CALL"/);
  await assert.rejects(cast("call", probe, "bump(uint256)", "11"), /TooBig|6ad9cdfc/);
  await assert.rejects(cast("estimate", probe, "fail()"), /no way/);
  assert.match(await cast("access-list", probe, "n()"), /gas used/);
  assert.match(await cast("proof", probe, "0"), /storageProof/);
});

test("an unlocked account", async () => {
  const receipt = JSON.parse(await cast("send", "--json", "--unlocked", "--from", account(2).address, receiver, "--value", "3"));
  assert.equal(receipt.status, "0x1");
});

test("an account delegates to a contract (EIP-7702)", async () => {
  const { contractAddress: batch } = await send("--create", contracts.Batch.bytecode);
  const receipt = await send(sender, "--auth", batch);
  assert.equal(receipt.status, "0x1");
  assert.equal(await cast("code", sender), "0xef0100" + batch.slice(2).toLowerCase());
});

test("the pool and an account's summary", async () => {
  assert.match(await cast("tx-pool", "status"), /pending/);
  assert.match(await cast("balance", receiver, "--ether"), /^\d+\.\d+$/);
});
