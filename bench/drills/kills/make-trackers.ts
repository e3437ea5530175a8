import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../tools/servers/index.ts";
import { baseEnvironment, type PublicTracker } from "../../installation/index.ts";

const trackerCount = 50;

/** Makes keys of simulated trackers: `trackers.json` in a folder of their own, and what is enrolled of them. */
export async function makeTrackers(): Promise<{
  readonly dir: string;
  readonly enrolled: readonly PublicTracker[];
  readonly remove: () => Promise<void>;
}> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-trackers-"));
  const file = join(dir, "trackers.json");
  const script = new URL("../../../apps/nfc-agent/src/simulated-trackers.ts", import.meta.url).pathname;
  await runCommand(process.execPath, [script, "--out", file, "--count", String(trackerCount)], {
    env: baseEnvironment(),
  });
  const trackers = JSON.parse(await readFile(file, "utf8")) as PublicTracker[];
  return {
    dir,
    enrolled: trackers.map(({ id, kid, publicKey }) => ({ id, kid, publicKey })),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
