import "./require-node.mjs";
import { buildNative } from "./build-native.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";
import { withSetupLock } from "./setup-lock.mjs";

await runMain(async () => {
  const args = process.argv.slice(2);
  await prepare({ build: true });
  if (args.includes("agent")) {
    await runOnNode24(["tools/test-servers/pcscd/provision-pcsc.ts"]);
    await withSetupLock(() => buildNative({ again: true }));
  }
  return runOnNode24(["bench/main.ts", ...args]);
});
