import { changeRing, type KeyState, keyRoles, keyStates, type RingKey } from "@tapline/core/encryption";
import { z } from "zod";
import { type Act, marks, moveMark, readMark, recordAct, type Transaction } from "../prisma/acts.ts";
import type { ArchiveKey, PrismaClient } from "../prisma/generated/client.ts";

const lookEveryMs = 1_000;
const [roleSchema, stateSchema] = [z.enum(keyRoles), z.enum(keyStates)];

/** What a change does: certificates that come in, and keys that get another state. */
export type RingChange = {
  readonly added: readonly RingKey[];
  /** New state by `certSha256`. */
  readonly states: Readonly<Record<string, KeyState>>;
};

/** The ring of archive keys. What was read is believed for a second, and as long as PostgreSQL is away. */
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
      if (mark !== this.#kept?.mark) this.#kept = { mark, keys: await list(this.#prisma) };
      this.#lookedAtEpochMs = nowEpochMs;
    } catch (error) {
      if (this.#kept === null) throw error;
    }
    return this.#kept?.keys ?? [];
  }

  /** Fills a ring that is empty; one that is not stays as it is. @returns whether it did */
  async seed(keys: readonly RingKey[], act: Act): Promise<boolean> {
    return await this.#step(async (tx, at) => {
      if ((await tx.archiveKey.count()) > 0) return false;
      await add(tx, changeRing([], keys, {}), at);
      for (const key of keys) await tell(tx, act, "key.seeded", key, null, at);
      return true;
    });
  }

  /**
   * Changes the ring in one step. @returns the ring after it
   * @throws TaplineError `conflict` as `changeRing` says
   */
  async change({ added, states }: RingChange, act: Act): Promise<RingKey[]> {
    return await this.#step(async (tx, at) => {
      const before = await list(tx);
      const after = changeRing(before, added, states);
      await add(tx, added, at);
      for (const key of added) await tell(tx, act, "key.changed", key, null, at);
      for (const [i, { certSha256, state }] of before.entries()) {
        const now = after[i];
        if (now === undefined || now.state === state) continue;
        await tx.archiveKey.update({ where: { certSha256 }, data: { state: now.state, changedAt: at } });
        await tell(tx, act, "key.changed", now, state, at);
      }
      return after;
    });
  }

  async #step<Result>(change: (tx: Transaction, at: Date) => Promise<Result>): Promise<Result> {
    const at = new Date(this.#clock());
    return await this.#prisma.$transaction(async (tx) => {
      // First, so that one step comes after the other.
      await moveMark(tx, marks.keys);
      return await change(tx, at);
    });
  }
}

async function list(tx: Pick<Transaction, "archiveKey">): Promise<RingKey[]> {
  const rows = await tx.archiveKey.findMany({
    orderBy: [{ addedAt: "asc" }, { role: "asc" }, { certSha256: "asc" }],
  });
  return rows.map(keyOf);
}

function keyOf({ addedAt: _added, changedAt: _changed, notAfter, role, state, ...key }: ArchiveKey): RingKey {
  return {
    ...key,
    role: roleSchema.parse(role),
    state: stateSchema.parse(state),
    notAfterEpochMs: notAfter.getTime(),
  };
}

async function add(tx: Transaction, keys: readonly RingKey[], at: Date): Promise<void> {
  await tx.archiveKey.createMany({
    data: keys.map(({ notAfterEpochMs, ...key }) => ({
      ...key,
      ...{ notAfter: new Date(notAfterEpochMs), addedAt: at, changedAt: at },
    })),
  });
}

async function tell(
  tx: Transaction,
  act: Act,
  action: "key.seeded" | "key.changed",
  { certSha256, ski, role, subject, state }: RingKey,
  stateBefore: KeyState | null,
  at: Date,
): Promise<void> {
  const what = {
    ...{ action, subject: `key/${certSha256}`, facts: { ski, role, certificate: subject } },
    ...(stateBefore === null ? {} : { before: { state: stateBefore } }),
    after: { state },
  };
  await recordAct(tx, act, what, at.getTime());
}
