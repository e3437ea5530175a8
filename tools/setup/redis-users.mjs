import "./require-node.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";

await runMain(async () => {
  await prepare({ build: false });
  return runOnNode24(["tools/redis/main.ts", ...process.argv.slice(2)]);
});
