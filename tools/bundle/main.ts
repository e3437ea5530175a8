import { parseArgs } from "node:util";
import { bundleProgram } from "./bundle-program.ts";

// Bundles --program into the folder --out, both as seen from the project's folder.
const { values } = parseArgs({ options: { program: { type: "string" }, out: { type: "string" } } });
const { program, out } = values;
if (program === undefined || out === undefined) throw new Error("usage: main.ts --program FILE --out FOLDER");
const root = new URL("../../", import.meta.url);
const at = (path: string): string => new URL(path, root).pathname;
await bundleProgram(at("."), at(program), at(out));
