import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endRun } from "./end-run.mjs";
import { stopIfAsked } from "./interruption.mjs";
import { takeLock } from "./lock-file.mjs";
import { root } from "./paths.mjs";
import { say } from "./run-step.mjs";

const lookMs = 300;

/** Runs `act` while no other set-up works in this clone; waits for one that does, and says so. */
export async function withSetupLock(act) {
  let isSaid = false;
  const lock = await takeLock(
    join(root, ".tapline-setup.lock"),
    process.env.npm_lifecycle_event ?? "set-up",
    {
      onHeld: async ({ pid, doing }) => {
        if (!isSaid) say(`waiting for another set-up: npm ${doing}, process ${pid}`);
        isSaid = true;
        await sleep(lookMs);
        stopIfAsked();
      },
      // It was killed: what it had started may still write into node_modules.
      onStale: ({ pid }) => endRun(pid),
    },
  );
  try {
    return await act();
  } finally {
    lock.release();
  }
}
