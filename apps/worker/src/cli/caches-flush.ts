import { openCaches } from "../wire/commands/caches.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";

export async function flush(options: ActingOptions): Promise<void> {
  const act = actOf(options);
  const { databaseUrl } = await findStores();
  const { desk, directories, close } = openCaches(databaseUrl);
  try {
    await desk.flush(act);
    const when = act.dryRun ? "would be" : "is";
    process.stdout.write(
      `${directories.join(", ")}: what processes keep of these ${when} read anew within 10 s\n`,
    );
  } finally {
    await close();
  }
}
