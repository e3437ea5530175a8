import { readJson } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import type { z } from "zod";

/** An entry of a stream that says one thing, in its field `j`, as JSON. */
export type StreamEntry = readonly [entry: string, fields: readonly string[]];

/** The newest entry of a stream; null where there is none. */
export async function newestEntry(redis: Redis, key: string): Promise<StreamEntry | null> {
  const [last] = await redis.xrevrange(key, "+", "-", "COUNT", 1);
  return last ?? null;
}

/**
 * What comes into a stream after an entry, oldest first, at most `most` entries; waits for it up to `blockMs`.
 * @param connection one of the caller's own, since the wait blocks it
 */
export async function entriesAfter(
  connection: Redis,
  key: string,
  after: string,
  { most, blockMs }: { readonly most: number; readonly blockMs: number },
): Promise<readonly StreamEntry[]> {
  const answer = await connection.xread(
    ...(["COUNT", most, "BLOCK", blockMs] as const),
    ...(["STREAMS", key, after] as const),
  );
  return answer?.[0]?.[1] ?? [];
}

/** What an entry says; null where it is not what we expect, such as what a newer version wrote: never a guess. */
export function saidIn<Value>(schema: z.ZodType<Value>, [, fields]: StreamEntry): Value | null {
  const at = fields.indexOf("j");
  const json = fields[at + 1];
  return at < 0 || json === undefined ? null : readJson(schema, json);
}
