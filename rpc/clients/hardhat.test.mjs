import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { start } from "./lib/node.mjs";

const folder = new URL("hardhat/", import.meta.url).pathname;

test("a Hardhat project's tests on a live node", async () => {
  const node = await start();
  try {
    const { NODE_TEST_CONTEXT, ...env } = process.env; // the inner runner is not this one's child
    const cli = new URL("node_modules/hardhat/dist/src/cli.js", import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [cli, "test", "nodejs"], {
      cwd: folder, timeout: 240_000, env: { ...env, ETH_RPC_URL: node.url, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" },
    });
    assert.match(stdout, /5 passing/);
  } finally {
    await node.stop();
  }
});
