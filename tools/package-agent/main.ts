import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { packageAgent } from "./package-agent.ts";
import { writeSums } from "./write-sums.ts";

// Writes tapline-agent-<version>.tgz and SHA256SUMS into --out (default dist); with --sign also SHA256SUMS.sig.
// --as gives the package another version than package.json has: for release candidates.
const { values } = parseArgs({
  options: { out: { type: "string", default: "dist" }, sign: { type: "string" }, as: { type: "string" } },
});
const keyPem = values.sign === undefined ? null : await readFile(values.sign, "utf8");
const { path, bytes } = await packageAgent(values.out, values.as);
process.stdout.write(`${path} (${(bytes / 1024 / 1024).toFixed(1)} MiB)\n`);
for (const written of await writeSums(values.out, keyPem)) process.stdout.write(`${written}\n`);
