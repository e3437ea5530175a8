/** Prints every import that breaks a rule, and ends in exit code 1 where there is one. */
import { join } from "node:path";
import { findImportFaults } from "./find-import-faults.ts";

const faults = await findImportFaults(join(import.meta.dirname, "../.."));
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
