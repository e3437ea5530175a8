import type { z } from "zod";

/** What a text of JSON says; null where it is none, or not what `schema` expects, such as what a newer version wrote: never a guess. */
export function readJson<Value>(schema: z.ZodType<Value>, text: string): Value | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
