import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../tools/servers/index.ts";
import { baseEnvironment } from "./config.ts";
import type { PublicTracker } from "./start-installation.ts";

const trackerCount = 50;

/** Simulated trackers: a file with their keys, and what is enrolled of them. */
export type Trackers = {
  readonly file: string;
  readonly enrolled: readonly PublicTracker[];
  readonly remove: () => Promise<void>;
};

/** Makes keys of simulated trackers, in a folder of their own. */
export async function makeTrackers(): Promise<Trackers> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-trackers-"));
  const file = join(dir, "trackers.json");
  const script = new URL("../../apps/nfc-agent/src/simulated-trackers.ts", import.meta.url).pathname;
  await runCommand(process.execPath, [script, "--out", file, "--count", String(trackerCount)], {
    env: baseEnvironment(),
  });
  const trackers = JSON.parse(await readFile(file, "utf8")) as PublicTracker[];
  return {
    file,
    enrolled: trackers.map(({ id, kid, publicKey }) => ({ id, kid, publicKey })),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
