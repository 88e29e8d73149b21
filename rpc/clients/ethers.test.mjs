import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ethers } from "ethers";
import { contracts, uniswap } from "./lib/compile.mjs";
import { mnemonic, start } from "./lib/node.mjs";

let node, provider, socket, wallet, other;

before(async () => {
  node = await start();
  // Answers are cached for 250 ms otherwise, in which this chain makes many blocks.
  provider = new ethers.JsonRpcProvider(node.url, undefined, { pollingInterval: 50, cacheTimeout: -1 });
  socket = new ethers.WebSocketProvider(node.ws);
  const account = (i) => ethers.HDNodeWallet.fromPhrase(mnemonic, "", `m/44'/60'/0'/0/${i}`).connect(provider);
  wallet = account(0);
  other = account(1);
});

after(async () => {
  await socket.destroy();
  provider.destroy();
  await node.stop();
});

async function deploy({ abi, bytecode }, ...args) {
  const contract = await new ethers.ContractFactory(abi, bytecode, wallet).deploy(...args);
  return contract.waitForDeployment();
}

const mined = async (sent) => (await sent).wait();

test("transfers of every type", async () => {
  for (const type of [0, 1, 2]) {
    const before = await provider.getBalance(other.address);
    const receipt = await mined(wallet.sendTransaction({ to: other.address, value: 1n, type }));
    assert.equal(receipt.status, 1);
    assert.equal(receipt.type, type);
    assert.equal(await provider.getBalance(other.address), before + 1n);
  }
});

test("reverts are decoded", async () => {
  const probe = await deploy(contracts.Probe);
  await assert.rejects(probe.bump.staticCall(11), (e) => e.revert?.name === "TooBig" && e.revert.args.max === 10n);
  // eth_estimateGas: ethers leaves the decoding to us.
  await assert.rejects(probe.bump(11), (e) => probe.interface.parseError(e.data)?.name === "TooBig");
  await assert.rejects(probe.fail.staticCall(), (e) => e.reason === "no way");
  await assert.rejects(probe.divide.staticCall(0), (e) => /DIVIDE_BY_ZERO/.test(e.reason));
  const receipt = mined(probe.bump(11, { gasLimit: 100_000 }));
  await assert.rejects(receipt, (e) => e.code === "CALL_EXCEPTION" && e.receipt.status === 0);
});

test("events over WebSocket", async () => {
  const probe = await deploy(contracts.Probe);
  const watched = new ethers.Contract(probe.target, contracts.Probe.abi, socket);
  const heard = new Promise((resolve) => watched.on("Bumped", (who, n) => resolve({ who, n })));
  const head = new Promise((resolve) => socket.once("block", resolve));
  await socket.getBlockNumber(); // answered after the subscriptions
  const receipt = await mined(probe.bump(7));
  assert.deepEqual(await heard, { who: wallet.address, n: 7n });
  assert.ok((await head) <= receipt.blockNumber);
  const logs = await probe.queryFilter("Bumped", 0);
  assert.equal(logs.length, 1);
  assert.equal(logs[0].transactionHash, receipt.hash);
});

test("a permit is signed as typed data and spent", async () => {
  const token = await deploy(contracts.Token, "Gold", "GLD");
  const { chainId } = await provider.getNetwork();
  const permit = {
    owner: wallet.address,
    spender: other.address,
    value: 5n,
    nonce: await token.nonces(wallet.address),
    deadline: ethers.MaxUint256,
  };
  const types = {
    Permit: [
      { name: "owner", type: "address" },
      { name: "spender", type: "address" },
      { name: "value", type: "uint256" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  };
  const domain = { name: "Gold", version: "1", chainId, verifyingContract: token.target };
  // By the key here, and by the node's own (eth_signTypedData_v4): the same.
  const signature = await wallet.signTypedData(domain, types, permit);
  const signer = await provider.getSigner(wallet.address);
  assert.equal(await signer.signTypedData(domain, types, permit), signature);
  const { v, r, s } = ethers.Signature.from(signature);
  await mined(token.connect(other).permit(wallet.address, other.address, 5n, ethers.MaxUint256, v, r, s));
  await mined(token.connect(other).transferFrom(wallet.address, other.address, 5n));
  assert.equal(await token.balanceOf(other.address), 5n);
});

test("the node signs and sends for its own accounts", async () => {
  const accounts = await provider.listAccounts();
  assert.equal(accounts.length, 10);
  const signer = accounts[2];
  assert.equal(ethers.verifyMessage("hello", await signer.signMessage("hello")), signer.address);
  const receipt = await mined(signer.sendTransaction({ to: other.address, value: 3n }));
  assert.equal(receipt.from, signer.address);
});

test("an account delegates to a contract (EIP-7702)", async () => {
  const batch = await deploy(contracts.Batch);
  const authorization = await other.authorize({
    address: batch.target,
    nonce: await provider.getTransactionCount(other.address),
  });
  await mined(wallet.sendTransaction({ to: other.address, type: 4, authorizationList: [authorization] }));
  assert.equal(await provider.getCode(other.address), ethers.concat(["0xef0100", batch.target]).toLowerCase());
  const account = new ethers.Contract(other.address, contracts.Batch.abi, other);
  const [a, b] = [ethers.Wallet.createRandom().address, ethers.Wallet.createRandom().address];
  const receipt = await mined(account.execute([{ to: a, value: 1n, data: "0x" }, { to: b, value: 2n, data: "0x" }]));
  assert.equal(receipt.status, 1);
  assert.deepEqual(await Promise.all([a, b].map((x) => provider.getBalance(x))), [1n, 2n]);
});

test("a swap on Uniswap V2", async () => {
  const factory = await deploy(uniswap("core", "UniswapV2Factory"), wallet.address);
  const weth = await deploy(uniswap("periphery", "WETH9"));
  const router = await deploy(uniswap("periphery", "UniswapV2Router02"), factory.target, weth.target);
  const token = await deploy(contracts.Token, "Gold", "GLD");
  const deadline = ethers.MaxUint256;

  await mined(token.approve(router.target, ethers.MaxUint256));
  const amount = ethers.parseEther("1000");
  await mined(router.addLiquidityETH(token.target, amount, 0, 0, wallet.address, deadline, { value: ethers.parseEther("10") }));
  const pair = new ethers.Contract(await factory.getPair(token.target, weth.target), uniswap("core", "UniswapV2Pair").abi, socket);
  const swapped = new Promise((resolve) => pair.on("Swap", (sender, in0, in1, out0, out1, to) => resolve({ out: out0 + out1, to })));
  await socket.getBlockNumber();

  const path = [weth.target, token.target];
  const value = ethers.parseEther("1");
  const [, expected] = await router.getAmountsOut(value, path);
  await mined(router.connect(other).swapExactETHForTokens(expected, path, other.address, deadline, { value }));
  assert.equal(await token.balanceOf(other.address), expected);
  assert.deepEqual(await swapped, { out: expected, to: other.address });
});

test("blocks, fees and proofs", async () => {
  const block = await provider.getBlock("latest", true);
  assert.equal(block.prefetchedTransactions.length, block.length);
  for (const tag of ["earliest", "safe", "finalized", "pending"]) assert.ok(await provider.getBlock(tag), tag);
  const fees = await provider.getFeeData();
  assert.ok(fees.maxFeePerGas > fees.maxPriorityFeePerGas);
  const proof = await provider.send("eth_getProof", [wallet.address, [], "latest"]);
  assert.equal(BigInt(proof.balance), await provider.getBalance(wallet.address));
});
