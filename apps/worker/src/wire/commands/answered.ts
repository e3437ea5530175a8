import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";

/**
 * Redis is waited for by whoever serves; a command says that it is away.
 * @throws TaplineError `unavailable` where `answer` takes longer than `withinMs`
 */
export async function answered<Value>(answer: Promise<Value>, withinMs = 20_000): Promise<Value> {
  const waiting = new AbortController();
  const late = sleep(withinMs, null, { signal: waiting.signal }).then(() => {
    throw new TaplineError("unavailable", `Redis did not answer within ${Math.round(withinMs / 1000)} s`, {
      remedy: "see that it runs, and that REDIS_URL points to it",
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    waiting.abort();
    late.catch(() => undefined);
  }
}
