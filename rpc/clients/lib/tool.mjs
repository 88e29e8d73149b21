// Runs Foundry's command line tools.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

// tool returns a function that runs the command with arguments and returns what it
// printed; a failure is an Error whose message holds all that it said. The binary is
// called without the package's wrapper, which hides the exit code.
export function tool(name, env = {}, cwd = undefined) {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const binary = require.resolve(`@foundry-rs/${name}-${platform}/bin/${name}`);
  return async (...args) => {
    try {
      const { stdout } = await run(binary, args, { cwd, env: { ...process.env, ...env }, timeout: 240_000, maxBuffer: 64 << 20 });
      return stdout.trim();
    } catch (err) {
      throw new Error(`${name} ${args.join(" ")}: ${err.message}\n${err.stdout}`);
    }
  };
}
