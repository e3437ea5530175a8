import { randomBytes } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";

/** Bytes of a tap of an hour's samples. */
export const outboxTapBytes = 600;
/** Readers that write at once, on a PC with many. */
export const usualWriters = 16;
/** As many as the outbox writes together at most: here the processor is the limit, no longer the disk. */
export const mostWriters = 1024;

/**
 * Taps made durable by the outbox, `writers` at once, in a process of its own.
 * @param folder on the disk that is measured
 * @returns bytes of taps per second
 */
export async function outboxBytesPerS(folder: string, taps: number, writers: number): Promise<number> {
  const dir = await mkdtemp(join(folder, "outbox-"));
  const child = startChild(
    "../../apps/nfc-agent/src/outbox/append-load.fixture.ts",
    import.meta.url,
    baseEnvironment(),
    [dir, String(taps), String(outboxTapBytes), String(writers)],
  );
  try {
    const { seconds, counted } = await child.next(ofType("appended"));
    if (counted !== taps) throw new Error(`the outbox counted ${String(counted)} taps instead of ${taps}`);
    return (taps * outboxTapBytes) / Number(seconds);
  } finally {
    await child.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** The disk's limit: the same taps, `writers` in one write, synced (fdatasync), and nothing else. */
export async function fdatasyncBytesPerS(folder: string, taps: number, writers: number): Promise<number> {
  const dir = await mkdtemp(join(folder, "raw-"));
  const chunk = randomBytes(outboxTapBytes * writers);
  const file = await open(join(dir, "raw"), "w");
  try {
    const startedMs = performance.now();
    for (let written = 0; written < taps; written += writers) {
      await file.write(chunk);
      await file.datasync();
    }
    const chunks = Math.ceil(taps / writers);
    return (chunks * chunk.length) / ((performance.now() - startedMs) / 1000);
  } finally {
    await file.close();
    await rm(dir, { recursive: true, force: true });
  }
}
