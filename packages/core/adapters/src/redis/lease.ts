import type { Redis } from "ioredis";
import { runScript } from "./scripts.ts";

/** A role that any number of processes may have, and one at a time does the work of. */
export class RoleLease {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #ms: number;

  /** @param ms how long it holds without being kept */
  constructor(redis: Redis, key: string, ms: number) {
    this.#redis = redis;
    this.#key = key;
    this.#ms = ms;
  }

  /** Takes or keeps the lease under `holder`; false where somebody else has it. */
  async lead(holder: string): Promise<boolean> {
    return (await runScript(this.#redis, "keep-lease", [this.#key], [holder, this.#ms])) === 1;
  }

  /** Gives the lease up, so that the next one need not wait for its end; one that somebody else has by now stands. */
  async resign(holder: string): Promise<void> {
    await runScript(this.#redis, "give-up-lease", [this.#key], [holder]);
  }
}
