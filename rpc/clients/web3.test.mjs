import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mnemonicToAccount } from "viem/accounts";
import { bytesToHex } from "viem";
import { Web3 } from "web3";
import { contracts, uniswap } from "./lib/compile.mjs";
import { mnemonic, start } from "./lib/node.mjs";

let node, web3, socket, wallet, other;

before(async () => {
  node = await start();
  web3 = new Web3(node.url);
  socket = new Web3(node.ws);
  for (const addressIndex of [0, 1]) {
    const { privateKey } = mnemonicToAccount(mnemonic, { addressIndex }).getHdKey();
    web3.eth.accounts.wallet.add(bytesToHex(privateKey));
  }
  [wallet, other] = [web3.eth.accounts.wallet[0].address, web3.eth.accounts.wallet[1].address];
  web3.eth.transactionPollingInterval = 50;
});

after(async () => {
  socket.provider.disconnect();
  await node.stop();
});

const deploy = ({ abi, bytecode }, ...args) =>
  new web3.eth.Contract(abi).deploy({ data: bytecode, arguments: args }).send({ from: wallet });

test("transfers of every type", async () => {
  for (const type of [0, 1, 2]) {
    const receipt = await web3.eth.sendTransaction({ from: wallet, to: other, value: 1, type, ...(type < 2 && { gasPrice: await web3.eth.getGasPrice() }) });
    assert.equal(receipt.status, 1n);
    assert.equal(receipt.type, BigInt(type));
  }
});

test("reverts are decoded", async () => {
  const probe = await deploy(contracts.Probe);
  await assert.rejects(probe.methods.bump(11).call(), (e) => e.cause?.errorName === "TooBig" || e.innerError?.errorName === "TooBig");
  await assert.rejects(probe.methods.fail().call(), (e) => /no way/.test(e.message + e.cause?.message + e.innerError?.message));
});

test("events and heads over WebSocket", async () => {
  const probe = await deploy(contracts.Probe);
  const watched = new socket.eth.Contract(contracts.Probe.abi, probe.options.address);
  const events = watched.events.Bumped();
  await new Promise((resolve) => events.once("connected", resolve));
  const heads = await socket.eth.subscribe("newBlockHeaders");
  const event = new Promise((resolve) => events.once("data", resolve));
  const head = new Promise((resolve) => heads.once("data", resolve));
  const receipt = await probe.methods.bump(7).send({ from: wallet });
  assert.equal((await event).returnValues.n, 7n);
  assert.equal((await head).number, receipt.blockNumber);
  const logs = await probe.getPastEvents("Bumped", { fromBlock: 0 });
  assert.equal(logs.length, 1);
});

test("the node signs and sends for its own accounts", async () => {
  const accounts = await socket.eth.getAccounts();
  assert.equal(accounts.length, 10);
  const signature = await socket.eth.sign("0x" + Buffer.from("hello").toString("hex"), accounts[2]);
  assert.equal(web3.eth.accounts.recover("hello", signature), accounts[2]);
  const receipt = await socket.eth.sendTransaction({ from: accounts[2], to: accounts[3], value: 3 });
  assert.equal(receipt.status, 1n);
});

test("a swap on Uniswap V2", async () => {
  const most = (1n << 256n) - 1n;
  const factory = await deploy(uniswap("core", "UniswapV2Factory"), wallet);
  const weth = await deploy(uniswap("periphery", "WETH9"));
  const router = await deploy(uniswap("periphery", "UniswapV2Router02"), factory.options.address, weth.options.address);
  const token = await deploy(contracts.Token, "Gold", "GLD");
  await token.methods.approve(router.options.address, most).send({ from: wallet });
  await router.methods
    .addLiquidityETH(token.options.address, web3.utils.toWei("1000", "ether"), 0, 0, wallet, most)
    .send({ from: wallet, value: web3.utils.toWei("10", "ether") });
  const path = [weth.options.address, token.options.address];
  const value = web3.utils.toWei("1", "ether");
  const [, expected] = await router.methods.getAmountsOut(value, path).call();
  await router.methods.swapExactETHForTokens(expected, path, other, most).send({ from: other, value });
  assert.equal(await token.methods.balanceOf(other).call(), expected);
});
