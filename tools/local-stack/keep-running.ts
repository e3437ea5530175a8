import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";

/** Something that runs until it is stopped or dies. */
export type Running = Readonly<{ exited: Promise<unknown>; stop: (graceMs: number) => Promise<void> }>;

/** A part that is started again when it dies. `current` is the latest life. */
export type Kept<T extends Running> = Readonly<{
  current: () => T;
  stop: (graceMs: number) => Promise<void>;
}>;

const firstDelayMs = 500;
const maxDelayMs = 15_000;
/** A part that has lived this long has recovered: the next death waits the first delay again. */
const healthyMs = 60_000;

/**
 * Starts a part and, whenever it dies unasked, starts it again after a growing delay, and says so. Rejects where the
 * very first start fails.
 */
export async function keepRunning<T extends Running>(
  name: string,
  start: () => Promise<T>,
  say: (line: string) => void,
): Promise<Kept<T>> {
  const stopping = new AbortController();
  let current = await start();

  async function restart(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: stopping.signal });
    try {
      const next = await start();
      if (stopping.signal.aborted) return await next.stop(1_000);
      current = next;
      say(`${name} runs again`);
    } catch (error) {
      const nextDelayMs = Math.min(delayMs * 2, maxDelayMs);
      say(`${name} did not start (${messageOf(error)}); next try in ${nextDelayMs / 1000} s`);
      await restart(nextDelayMs);
    }
  }

  async function watch(): Promise<void> {
    let delayMs = firstDelayMs;
    while (!stopping.signal.aborted) {
      const startedMs = Date.now();
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedMs > healthyMs) delayMs = firstDelayMs;
      say(
        `${name} ended${typeof how === "string" ? ` (${how})` : ""}; starting it again in ${delayMs / 1000} s`,
      );
      await restart(delayMs);
      delayMs = Math.min(delayMs * 2, maxDelayMs);
    }
  }

  watch().catch(() => {
    // Only the end of the stack breaks the watch off, in the middle of a delay.
  });
  return {
    current: () => current,
    stop: async (graceMs) => {
      stopping.abort();
      await current.stop(graceMs);
    },
  };
}
