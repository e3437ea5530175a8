/** Prints every path that README.md or ARCHITECTURE.md names in vain, and ends in exit code 1 where there is one. */
import { join } from "node:path";
import { findMissingPaths } from "./find-missing-paths.ts";

const missing = await findMissingPaths(join(import.meta.dirname, "../.."));
for (const line of missing) process.stdout.write(`${line}\n`);
process.exitCode = missing.length === 0 ? 0 : 1;
