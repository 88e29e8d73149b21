#!/usr/bin/env node
// solc-js behind solc's command line, as forge calls it: --version, and
// --standard-json with the sources on standard input.
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
  console.log(solc.compile(readFileSync(0, "utf8")));
}
