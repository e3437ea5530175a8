import type { Redis } from "ioredis";
import { creditKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** The ceiling of the buffer that one process of the door keeps to, bytes. */
export type DeclaredCeiling = { readonly process: string; readonly maxBytes: number };

/** How long what a process said of its ceiling holds, ms. */
export const ceilingHoldsMs = 15_000;

/** Which ceilings of the buffer hold: each process of the door has its own settings, and the lowest one is met first. */
export class Ceilings {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Holds for `ceilingHoldsMs`; a process that runs says it again. */
  async declare({ process, maxBytes }: DeclaredCeiling): Promise<void> {
    await runScript(
      this.#redis,
      "declare-ceiling",
      [creditKeys.ceilings],
      [process, maxBytes, ceilingHoldsMs],
    );
  }

  /** Those of the processes that run, the lowest first; empty where none does. */
  async read(): Promise<DeclaredCeiling[]> {
    const members = await this.#redis.zrange(creditKeys.ceilings, 0, "-1");
    const read = members.map((member) => {
      const at = member.indexOf(" ");
      return { process: member.slice(at + 1), maxBytes: Number(member.slice(0, at)) };
    });
    return read.sort((a, b) => a.maxBytes - b.maxBytes);
  }
}
