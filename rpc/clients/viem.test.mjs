import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createTestClient, createWalletClient,
  defineChain, encodeFunctionData, http, maxUint256, parseEther, parseSignature, publicActions, webSocket,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { contracts, uniswap } from "./lib/compile.mjs";
import { call, mnemonic, start } from "./lib/node.mjs";

let node, chain, client, socket, wallet, other;

before(async () => {
  node = await start();
  chain = defineChain({
    id: Number(await call(node.url, "eth_chainId")),
    name: "Monolith",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [node.url], webSocket: [node.ws] } },
  });
  client = createPublicClient({ chain, transport: http(), pollingInterval: 50, cacheTime: 0 });
  socket = createPublicClient({ chain, transport: webSocket() });
  const account = (addressIndex) =>
    createWalletClient({ account: mnemonicToAccount(mnemonic, { addressIndex }), chain, transport: http(), pollingInterval: 50 })
      .extend(publicActions);
  wallet = account(0);
  other = account(1);
});

after(async () => {
  (await socket.transport.getRpcClient()).close();
  await node.stop();
});

async function mined(sent) {
  const receipt = await client.waitForTransactionReceipt({ hash: await sent });
  assert.equal(receipt.status, "success");
  return receipt;
}

async function deploy({ abi, bytecode }, ...args) {
  const { contractAddress } = await mined(wallet.deployContract({ abi, bytecode, args }));
  return { address: contractAddress, abi };
}

// reverted is what viem makes of a revert's data.
async function reverted(promise) {
  try {
    await promise;
  } catch (err) {
    assert.ok(err instanceof BaseError, err);
    const cause = err.walk((e) => e instanceof ContractFunctionRevertedError);
    assert.ok(cause, err.message);
    return cause;
  }
  assert.fail("did not revert");
}

test("transfers of every type", async () => {
  const to = other.account.address;
  for (const type of ["legacy", "eip2930", "eip1559"]) {
    const receipt = await mined(wallet.sendTransaction({ to, value: 1n, type, ...(type === "eip2930" && { accessList: [] }) }));
    assert.equal(receipt.type, type);
  }
});

test("a transaction is filled by the node", async () => {
  const request = await wallet.prepareTransactionRequest({ to: other.account.address, value: 1n });
  assert.equal(request.gas, 21000n);
  assert.equal(request.type, "eip1559");
  const filled = await call(node.url, "eth_fillTransaction", { from: wallet.account.address, to: other.account.address, value: "0x1" });
  assert.equal(BigInt(filled.tx.gas), 21000n);
});

test("reverts are decoded", async () => {
  const probe = await deploy(contracts.Probe);
  const bump = { ...probe, functionName: "bump", args: [11n] };
  assert.deepEqual((await reverted(client.simulateContract(bump))).data?.args, [11n, 10n]);
  assert.equal((await reverted(wallet.writeContract(bump))).data?.errorName, "TooBig"); // eth_estimateGas
  assert.equal((await reverted(client.readContract({ ...probe, functionName: "fail" }))).reason, "no way");
  const panic = await reverted(client.readContract({ ...probe, functionName: "divide", args: [0n] }));
  assert.match(panic.reason, /zero/);
});

test("events and blocks over WebSocket", async () => {
  const probe = await deploy(contracts.Probe);
  let stopEvents, stopBlocks;
  const event = new Promise((resolve, reject) => {
    stopEvents = socket.watchContractEvent({ ...probe, eventName: "Bumped", onLogs: ([log]) => resolve(log), onError: reject });
  });
  const block = new Promise((resolve, reject) => {
    stopBlocks = socket.watchBlocks({ onBlock: resolve, onError: reject });
  });
  await socket.getBlockNumber(); // answered after the subscriptions
  const receipt = await mined(wallet.writeContract({ ...probe, functionName: "bump", args: [7n] }));
  const { args, transactionHash } = await event;
  assert.deepEqual(args, { who: wallet.account.address, n: 7n });
  assert.equal(transactionHash, receipt.transactionHash);
  assert.ok((await block).number <= receipt.blockNumber);
  stopEvents();
  stopBlocks();
});

test("filters are polled", async () => {
  const probe = await deploy(contracts.Probe);
  const filter = await client.createContractEventFilter({ ...probe, eventName: "Bumped" });
  await mined(wallet.writeContract({ ...probe, functionName: "bump", args: [1n] }));
  assert.equal((await client.getFilterChanges({ filter })).length, 1);
  assert.equal((await client.getFilterLogs({ filter })).length, 1);
  assert.equal(await client.uninstallFilter({ filter }), true);
});

test("a permit is signed as typed data and spent", async () => {
  const token = await deploy(contracts.Token, "Gold", "GLD");
  const [owner, spender] = [wallet.account.address, other.account.address];
  const typed = {
    domain: { name: "Gold", version: "1", chainId: chain.id, verifyingContract: token.address },
    types: {
      Permit: ["owner:address", "spender:address", "value:uint256", "nonce:uint256", "deadline:uint256"]
        .map((field) => ({ name: field.split(":")[0], type: field.split(":")[1] })),
    },
    primaryType: "Permit",
    message: { owner, spender, value: 5n, nonce: 0n, deadline: maxUint256 },
  };
  const signature = await wallet.signTypedData(typed);
  // An account that the node holds is named by its address alone.
  const remote = createWalletClient({ account: owner, chain, transport: http() });
  assert.equal(await remote.signTypedData(typed), signature);
  const { v, r, s } = parseSignature(signature);
  await mined(other.writeContract({ ...token, functionName: "permit", args: [owner, spender, 5n, maxUint256, Number(v), r, s] }));
  await mined(other.writeContract({ ...token, functionName: "transferFrom", args: [owner, spender, 5n] }));
  assert.equal(await client.readContract({ ...token, functionName: "balanceOf", args: [spender] }), 5n);
});

test("the node signs and sends for its own accounts", async () => {
  const remote = createWalletClient({ chain, transport: http() });
  const accounts = await remote.getAddresses();
  assert.equal(accounts.length, 10);
  const receipt = await mined(remote.sendTransaction({ account: accounts[2], to: accounts[3], value: 3n }));
  assert.equal(receipt.from.toLowerCase(), accounts[2].toLowerCase());
});

test("an account delegates to a contract (EIP-7702)", async () => {
  const batch = await deploy(contracts.Batch);
  const account = other.account.address;
  const authorization = await other.signAuthorization({ contractAddress: batch.address, executor: "self" });
  const data = encodeFunctionData({
    abi: batch.abi, functionName: "execute",
    args: [[{ to: wallet.account.address, value: 1n, data: "0x" }, { to: wallet.account.address, value: 2n, data: "0x" }]],
  });
  const receipt = await mined(other.sendTransaction({ to: account, data, authorizationList: [authorization] }));
  assert.equal(receipt.type, "eip7702");
  assert.equal(receipt.logs.length, 1);
  assert.equal((await client.getCode({ address: account })), "0xef0100" + batch.address.slice(2).toLowerCase());
});

test("a swap on Uniswap V2", async () => {
  const factory = await deploy(uniswap("core", "UniswapV2Factory"), wallet.account.address);
  const weth = await deploy(uniswap("periphery", "WETH9"));
  const router = await deploy(uniswap("periphery", "UniswapV2Router02"), factory.address, weth.address);
  const token = await deploy(contracts.Token, "Gold", "GLD");
  await mined(wallet.writeContract({ ...token, functionName: "approve", args: [router.address, maxUint256] }));
  await mined(wallet.writeContract({
    ...router, functionName: "addLiquidityETH", value: parseEther("10"),
    args: [token.address, parseEther("1000"), 0n, 0n, wallet.account.address, maxUint256],
  }));
  const path = [weth.address, token.address];
  const value = parseEther("1");
  const [, expected] = await client.readContract({ ...router, functionName: "getAmountsOut", args: [value, path] });
  const to = other.account.address;
  await mined(other.writeContract({ ...router, functionName: "swapExactETHForTokens", value, args: [expected, path, to, maxUint256] }));
  assert.equal(await client.readContract({ ...token, functionName: "balanceOf", args: [to] }), expected);
});

test("blocks are simulated (eth_simulateV1)", async () => {
  const probe = await deploy(contracts.Probe);
  const call = { account: wallet.account, to: probe.address, abi: probe.abi };
  const blocks = await client.simulateBlocks({
    blocks: [
      { calls: [{ ...call, functionName: "bump", args: [7n] }] },
      { calls: [{ ...call, functionName: "n" }] },
    ],
  });
  assert.equal(blocks[1].calls[0].result, 7n);
  assert.equal(blocks[1].number, blocks[0].number + 1n);
  assert.equal(await client.readContract({ ...probe, functionName: "n" }), 0n);
});

test("access lists, proofs, fee history, state overrides", async () => {
  const probe = await deploy(contracts.Probe);
  const { accessList } = await client.createAccessList({ to: probe.address, data: encodeFunctionData({ ...probe, functionName: "n" }) });
  assert.equal(accessList[0].storageKeys.length, 1);
  const slot = "0x" + "00".repeat(32);
  assert.equal((await client.getProof({ address: probe.address, storageKeys: [slot] })).storageProof[0].value, 0n);
  assert.ok((await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [50] })).baseFeePerGas.length > 0);
  const stateOverride = [{ address: probe.address, stateDiff: [{ slot, value: "0x" + "00".repeat(31) + "2a" }] }];
  assert.equal(await client.readContract({ ...probe, functionName: "n", stateOverride }), 42n);
});

for (const mode of ["anvil", "hardhat"]) {
  test(`development helpers of ${mode}`, async () => {
    const dev = createTestClient({ chain, mode, transport: http() });
    const head = () => client.getBlock();
    const id = await dev.snapshot();
    const start = await head();

    await dev.mine({ blocks: 3 });
    assert.equal((await head()).number, start.number + 3n);

    await dev.increaseTime({ seconds: 86_400 });
    await dev.mine({ blocks: 1 });
    assert.ok((await head()).timestamp >= start.timestamp + 86_400n);

    const then = (await head()).timestamp + 1000n;
    await dev.setNextBlockTimestamp({ timestamp: then });
    await mined(wallet.sendTransaction({ to: other.account.address, value: 1n }));
    assert.equal((await head()).timestamp, then);

    await dev.setAutomine(false);
    const hash = await wallet.sendTransaction({ to: other.account.address, value: 1n });
    assert.equal((await client.getTransaction({ hash })).blockNumber, null);
    await dev.dropTransaction({ hash });
    await assert.rejects(client.getTransaction({ hash }), /could not be found/);
    await dev.setAutomine(true);

    await dev.revert({ id });
    assert.equal((await head()).hash, start.hash);
    await mined(wallet.sendTransaction({ to: other.account.address, value: 1n }));
  });
}
