// What a Hardhat project does, against a live node and its accounts.
import assert from "node:assert/strict";
import { test } from "node:test";
import hre from "hardhat";

const { viem, networkHelpers, provider } = await hre.network.getOrCreate("monolith");

test("deploy, write, read, events, reverts", async () => {
  const [owner, other] = await viem.getWalletClients();
  const token = await viem.deployContract("Token", ["Gold", "GLD"]);
  await viem.assertions.emit(token.write.transfer([other.account.address, 5n]), token, "Transfer");
  assert.equal(await token.read.balanceOf([other.account.address]), 5n);
  await viem.assertions.revertWithCustomError(
    token.write.mint([owner.account.address, 1n], { account: other.account }), token, "OwnableUnauthorizedAccount");
  await viem.assertions.balancesHaveChanged(
    owner.sendTransaction({ to: other.account.address, value: 5n }), [{ address: other.account.address, amount: 5n }]);
});

test("a fixture is set up once and reverted to", async () => {
  let times = 0;
  async function fixture() {
    times++;
    return viem.deployContract("Probe");
  }
  for (let i = 0; i < 3; i++) {
    const probe = await networkHelpers.loadFixture(fixture);
    assert.equal(await probe.read.n(), 0n);
    await probe.write.bump([7n]);
    assert.equal(await probe.read.n(), 7n);
  }
  assert.equal(times, 1);
});

test("time travel and mining", async () => {
  const start = await networkHelpers.time.latest();
  await networkHelpers.time.increase(3600);
  assert.ok((await networkHelpers.time.latest()) >= start + 3600);
  const then = (await networkHelpers.time.latest()) + 1000;
  await networkHelpers.time.increaseTo(then);
  assert.equal(await networkHelpers.time.latest(), then);
  await networkHelpers.time.setNextBlockTimestamp(then + 50);
  const probe = await viem.deployContract("Probe");
  assert.equal((await probe.read.time())[1] >= BigInt(then + 50), true);
  const block = await networkHelpers.time.latestBlock();
  await networkHelpers.mine(100);
  assert.equal(await networkHelpers.time.latestBlock(), block + 100);
  await networkHelpers.mineUpTo(block + 150);
  assert.equal(await networkHelpers.time.latestBlock(), block + 150);
});

test("snapshot and restore", async () => {
  const snapshot = await networkHelpers.takeSnapshot();
  const probe = await viem.deployContract("Probe");
  await snapshot.restore();
  assert.equal(await provider.request({ method: "eth_getCode", params: [probe.address, "latest"] }), "0x");
});

test("balances can be raised", async () => {
  const account = "0x00000000000000000000000000000000000a11ce";
  await networkHelpers.setBalance(account, 10n ** 20n);
  const client = await viem.getPublicClient();
  assert.equal(await client.getBalance({ address: account }), 10n ** 20n);
});
