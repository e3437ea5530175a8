import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { type Holder, type Lock, takeLock } from "../setup/lock-file.mjs";

function refuse(root: string, holder: Holder): never {
  throw new TaplineError(
    "conflict",
    `Tapline already runs on ${root}: process ${holder.pid}, ${holder.doing}`,
    {
      remedy: `use that one, end it (kill ${holder.pid}), or choose another folder by --data-dir`,
      facts: { pid: holder.pid },
    },
  );
}

/**
 * Lets one instance at a time use the folder `root`. A lock whose process has died is taken over. Throws `conflict`
 * naming the holder's pid and what it does (its console's URL).
 */
export function lockFolder(root: string): Promise<Lock> {
  return takeLock(join(root, "lock"), "still starting", { onHeld: (holder) => refuse(root, holder) });
}
