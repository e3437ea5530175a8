import { type Act, marks, moveMark, recordAct } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";
import { lockedStep } from "./locked-step.ts";

/** What processes keep of what they read until its mark moves: who may come in, who may be tapped, keys, what agents are to run. */
export const cachedDirectories = ["agents", "fleet", "keys", "trackers"] as const;

/** Has all processes forget what they keep in memory. What they keep by time alone is anew within a minute by itself. */
export class CachesDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /**
   * Has every process of the installation read anew what it keeps: by each mark that moves it learns, within 10 s, that what it read
   * stands no more. Nothing is lost by it: all of it stands in PostgreSQL.
   * @throws TaplineError as `act.leaseCheck` does
   */
  async flush(act: Act & { readonly dryRun?: boolean }): Promise<void> {
    await lockedStep(this.#prisma, { lock: "caches", dryRun: act.dryRun }, async (tx) => {
      const facts = { directories: cachedDirectories.join(", ") };
      await recordAct(tx, act, { action: "caches.flushed", subject: "caches/all", facts }, this.#clock());
      for (const name of cachedDirectories) await moveMark(tx, marks[name]);
    });
  }
}
