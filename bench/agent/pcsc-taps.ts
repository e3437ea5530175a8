import { sha256Hex } from "@tapline/core/kernel";
import {
  someTap,
  startPcscd,
  type2Card,
  type4Card,
  type VirtualReader,
} from "../../tools/test-servers/pcscd/index.ts";
import { type Child, ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";
import { quantile } from "../report.ts";

export type PcscTaps = {
  /** Taps that came with the bytes that were laid on the reader, each once. */
  ok: number;
  /** Taps that did not come, or came with other bytes, and reads that failed. */
  bad: number;
  tapsPerS: number;
  /** From the tag's coming to its last byte, ms. */
  readP50Ms: number;
  readP95Ms: number;
};

/** A tap of about 300 bytes; no two are the same. */
const samples = 44;
const lostAfterMs = 10_000;

type Told = { reader: string; digest: string; readMs: number };

/** Takes what the agent's readers tell, and hands each tap to whoever waits at that reader. */
class Taps {
  readonly readMs: number[] = [];
  failures = 0;
  unexpected = 0;
  readonly #waiting = new Map<string, (digest: string) => void>();

  async listen(child: Child): Promise<never> {
    for (;;) {
      const told = (await child.next(ofType("tap"))) as unknown as Told;
      this.readMs.push(told.readMs);
      const wake = this.#waiting.get(told.reader);
      if (wake === undefined) this.unexpected += 1;
      this.#waiting.delete(told.reader);
      wake?.(told.digest);
    }
  }

  async countFailures(child: Child): Promise<never> {
    for (;;) {
      await child.next(ofType("failed"));
      this.failures += 1;
    }
  }

  next(reader: string): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), lostAfterMs);
      this.#waiting.set(reader, (digest) => {
        clearTimeout(timer);
        resolve(digest);
      });
    });
  }
}

/** Lays tag after tag on one reader, Type 2 and Type 4 in turn, until `endAtMs`; counts what was read as it was laid. */
async function layTags(reader: VirtualReader, taps: Taps, endAtMs: number, first: number) {
  let ok = 0;
  let bad = 0;
  for (let count = first; performance.now() < endAtMs; count += 1) {
    const tap = someTap(samples);
    const told = taps.next(reader.name);
    const cardOf = count % 2 === 0 ? type2Card : type4Card;
    const card = await reader.insert(cardOf({ message: () => tap }));
    if ((await told) === sha256Hex(tap)) ok += 1;
    else bad += 1;
    await card.remove();
  }
  return { ok, bad };
}

/**
 * Taps per second that the agent's readers get out of a real pcscd with virtual tags; agent and daemon are processes of
 * their own. @throws unavailable naming what is missing of virtual readers on this machine
 */
export async function pcscTaps(options: { readers: number; seconds: number }): Promise<PcscTaps> {
  const daemon = await startPcscd({ readers: options.readers });
  const program = "../../apps/nfc-agent/src/readers/pcsc/tell-taps.fixture.ts";
  const child = startChild(program, import.meta.url, baseEnvironment(), [daemon.socketPath]);
  try {
    for (let ready = 0; ready < options.readers; ready += 1) await child.next(ofType("reader"));
    const taps = new Taps();
    const listening = Promise.race([taps.listen(child), taps.countFailures(child)]);
    const startedMs = performance.now();
    const endAtMs = startedMs + options.seconds * 1000;
    const laying = Promise.all(daemon.readers.map((reader, index) => layTags(reader, taps, endAtMs, index)));
    const counts = await Promise.race([laying, listening]);
    const seconds = (performance.now() - startedMs) / 1000;
    listening.catch(() => undefined);
    const ok = counts.reduce((sum, count) => sum + count.ok, 0);
    const bad = counts.reduce((sum, count) => sum + count.bad, 0) + taps.failures + taps.unexpected;
    const [readP50Ms, readP95Ms] = [quantile(taps.readMs, 0.5), quantile(taps.readMs, 0.95)];
    return { ok, bad, tapsPerS: ok / seconds, readP50Ms, readP95Ms };
  } finally {
    await child.stop();
    await daemon.stop();
  }
}
