import { changeRing, type RingKey } from "@tapline/core/encryption";
import { type Act, marks, readMark } from "../prisma/acts.ts";
import type { PrismaClient } from "../prisma/generated/client.ts";
import { addKeys, listRing, ringStep, tellKey } from "./ring-rows.ts";

const lookEveryMs = 1_000;

/** The ring of archive keys, for whoever encrypts to it. What was read is believed for a second, and as long as PostgreSQL is away. */
export class KeyRing {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  #kept: { mark: string; keys: readonly RingKey[] } | null = null;
  #lookedAtEpochMs = Number.NEGATIVE_INFINITY;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** The ring, the same array as long as nothing has changed. @throws where it was never read and PostgreSQL is away */
  async read(): Promise<readonly RingKey[]> {
    const nowEpochMs = this.#clock();
    if (this.#kept !== null && Math.abs(nowEpochMs - this.#lookedAtEpochMs) < lookEveryMs)
      return this.#kept.keys;
    try {
      const mark = await readMark(this.#prisma, marks.keys);
      if (mark !== this.#kept?.mark) this.#kept = { mark, keys: await listRing(this.#prisma) };
      this.#lookedAtEpochMs = nowEpochMs;
    } catch (error) {
      if (this.#kept === null) throw error;
    }
    return this.#kept?.keys ?? [];
  }

  /** Fills a ring that is empty; one that is not stays as it is. @returns whether it did */
  async seed(keys: readonly RingKey[], act: Act): Promise<boolean> {
    const at = new Date(this.#clock());
    return await ringStep(this.#prisma, async (tx) => {
      if ((await tx.archiveKey.count()) > 0) return false;
      await addKeys(tx, changeRing([], keys, {}), at);
      for (const key of keys) await tellKey(tx, act, "key.seeded", key, { before: null, at });
      return true;
    });
  }
}
