import "./require-node.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";

await runMain(async () => {
  const args = process.argv.slice(2);
  // In a flood people look at the console.
  await prepare({ build: args.includes("flood") });
  return runOnNode24(["bench/drills/main.ts", ...args]);
});
