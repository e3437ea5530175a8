import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { Outbox } from "./outbox.ts";

export const maxBytes = 1024 * 1024;

/** For each test a new folder, in which outboxes are opened that end with it. */
export function useOutboxFolder() {
  const place = { root: "", dir: "" };
  const opened: Outbox[] = [];
  beforeEach(async () => {
    place.root = await mkdtemp(join(tmpdir(), "tapline-outbox-"));
    place.dir = join(place.root, "outbox");
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((outbox) => outbox.close().catch(() => {})));
    await rm(place.root, { recursive: true, force: true });
  });
  const open = async (at = place.dir, extra: { cacheBytes?: number } = {}): Promise<Outbox> => {
    const onFailure = (error: unknown) => {
      throw error;
    };
    const outbox = await Outbox.open({ dir: at, maxBytes, now: Date.now, onFailure, ...extra });
    opened.push(outbox);
    return outbox;
  };
  const logs = async () => (await readdir(place.dir)).filter((name) => name.endsWith(".log"));
  return { place, opened, open, logs };
}

/** A tap as a reader gives it. */
export const read = (text: string | Buffer) => ({
  reader: "r1",
  readAtEpochMs: 1000,
  raw: Buffer.from(text),
});
