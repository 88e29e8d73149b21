// Runs the node's binary, which MONOLITH names, for a test file.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export const mnemonic = "test test test test test test test test test test test junk";

const binary = process.env.MONOLITH ?? new URL("../../../bin/monolith", import.meta.url).pathname;
const patience = 30_000;

// start runs a node on free ports and waits until it answers. Development mode is
// the default; other arguments replace it.
export async function start(...args) {
  if (args.length === 0) args = ["--dev"];
  const child = spawn(binary, [...args, "--http.port", "0", "--metrics=false", "--log.format", "json"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = [];
  const exit = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}:\n${log.join("\n")}`));
    const timer = setTimeout(() => fail("the node does not answer"), patience);
    child.once("error", (err) => fail(err.message));
    child.once("exit", () => fail("the node has ended"));
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      const entry = JSON.parse(line);
      if (entry.msg === "JSON-RPC ready") {
        clearTimeout(timer);
        resolve(entry.url);
      }
    });
  });
  return {
    url,
    ws: url.replace("http", "ws"),
    // stop ends the node as an operator would, and makes sure that it ended well.
    async stop() {
      child.kill("SIGTERM");
      const code = await exit;
      if (code !== 0) throw new Error(`the node ended with ${code}:\n${log.join("\n")}`);
    },
  };
}

// call is a plain JSON-RPC request, for what the libraries have no words for.
export async function call(url, method, ...params) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw Object.assign(new Error(error.message), error);
  return result;
}
