// Compiles contracts/ with solc-js; imports come from node_modules.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import solc from "solc";

const require = createRequire(import.meta.url);
const folder = new URL("../contracts/", import.meta.url);

// contracts is {name: {abi, bytecode}} of each contract in contracts/.
export const contracts = compile();

function compile() {
  const files = readdirSync(folder).filter((file) => file.endsWith(".sol"));
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(new URL(file, folder), "utf8") }])),
    settings: { optimizer: { enabled: true }, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } },
  };
  const load = (path) => ({ contents: readFileSync(require.resolve(path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const errors = (output.errors ?? []).filter((e) => e.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
  return Object.fromEntries(
    files.map((file) => {
      const name = file.replace(".sol", "");
      const { abi, evm } = output.contracts[file][name];
      return [name, { abi, bytecode: "0x" + evm.bytecode.object }];
    }),
  );
}

// uniswap reads a contract that Uniswap ships compiled, so that the pair has the
// very code whose hash the router knows.
export function uniswap(part, name) {
  const { abi, bytecode } = require(`@uniswap/v2-${part}/build/${name}.json`);
  return { abi, bytecode: bytecode.startsWith("0x") ? bytecode : "0x" + bytecode };
}
