import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";

/** Something that runs until it is stopped or dies. */
export type Running = Readonly<{ exited: Promise<unknown>; stop: (graceMs: number) => Promise<void> }>;

/** How a part stands: `failed` from its death until it is ready again. */
export type KeptState = Readonly<{ state: "ready" | "failed"; startedAtEpochMs: number; restarts: number }>;

/** A part that is started again when it dies. `current` is the latest life. */
export type Kept<T extends Running> = Readonly<{
  current: () => T;
  standing: () => KeptState;
  stop: (graceMs: number) => Promise<void>;
}>;

export type KeepOptions = Readonly<{
  say: (line: string) => void;
  /** Told after each death and each new life. */
  onChange?: () => void;
}>;

/** Between deaths that follow each other: the first new life begins at once, since most deaths are lone ones. */
const firstDelayMs = 500;
const maxDelayMs = 15_000;
/** A part that has lived this long has recovered: its next death is a lone one again. */
const healthyMs = 5_000;

/** How long to wait before the next try, ms, after one that waited `delayMs`. */
export function nextDelayMs(delayMs: number): number {
  return delayMs === 0 ? firstDelayMs : Math.min(delayMs * 2, maxDelayMs);
}

/**
 * Starts a part and, whenever it dies unasked, starts it again: at once, and after a growing delay where it dies again and
 * again. Rejects where the very first start fails.
 */
export async function keepRunning<T extends Running>(
  name: string,
  start: () => Promise<T>,
  { say, onChange = () => {} }: KeepOptions,
): Promise<Kept<T>> {
  const stopping = new AbortController();
  let current = await start();
  let standing: KeptState = { state: "ready", startedAtEpochMs: Date.now(), restarts: 0 };
  const become = (next: Partial<KeptState>): void => {
    standing = { ...standing, ...next };
    onChange();
  };

  /** @returns the delay of the try that came about */
  async function restart(firstDelayMs: number): Promise<number> {
    for (let delayMs = firstDelayMs; ; delayMs = nextDelayMs(delayMs)) {
      await sleep(delayMs, undefined, { signal: stopping.signal });
      const next = await start().catch((error: unknown) => {
        say(`${name} did not start (${messageOf(error)}); next try in ${nextDelayMs(delayMs) / 1000} s`);
        return null;
      });
      if (next === null) continue;
      if (stopping.signal.aborted) await next.stop(1_000);
      else {
        current = next;
        say(`${name} runs again`);
        become({ state: "ready", startedAtEpochMs: Date.now(), restarts: standing.restarts + 1 });
      }
      return delayMs;
    }
  }

  async function watch(): Promise<void> {
    let delayMs = 0;
    while (!stopping.signal.aborted) {
      const startedMs = Date.now();
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      become({ state: "failed" });
      if (Date.now() - startedMs > healthyMs) delayMs = 0;
      const when = delayMs === 0 ? "at once" : `in ${delayMs / 1000} s`;
      say(`${name} ended${typeof how === "string" ? ` (${how})` : ""}; starting it again ${when}`);
      delayMs = nextDelayMs(await restart(delayMs));
    }
  }

  watch().catch(() => {
    // Only the end of the stack breaks the watch off, in the middle of a delay.
  });
  return {
    current: () => current,
    standing: () => standing,
    stop: async (graceMs) => {
      stopping.abort();
      await current.stop(graceMs);
    },
  };
}
