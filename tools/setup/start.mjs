import "./require-node.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";

await runMain(async () => {
  const args = process.argv.slice(2);
  // With --once no console is served, so none has to be built.
  await prepare({ build: !args.includes("--help") && !args.includes("--once") });
  return runOnNode24(["tools/local-stack/main.ts", ...args], {
    TAPLINE_STARTED_EPOCH_MS: String(Math.round(performance.timeOrigin)),
  });
});
